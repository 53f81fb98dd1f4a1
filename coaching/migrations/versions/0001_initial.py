"""Initial."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "mail_host",
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("a_minute", sa.Integer(), nullable=False),
        sa.Column("handed_over", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_mail_host")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("minimum_group", sa.Integer(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("absences_in_a_row", sa.Integer(), nullable=True),
        sa.Column("tells_silence", sa.Boolean(), nullable=False),
        sa.Column("overdue_days", sa.Integer(), nullable=True),
        sa.Column("unbooked_days", sa.Integer(), nullable=True),
        sa.Column("goal_idle_days", sa.Integer(), nullable=True),
        sa.Column("practice_weeks", sa.Integer(), nullable=True),
        sa.Column("stale_weeks", sa.Integer(), nullable=True),
        sa.Column("learner_salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column(
            "practice_from",
            sa.Enum("start", "end", name="practice_from", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programme_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_slug")),
    )
    op.create_table(
        "scheduler_heartbeat",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("channel_faults", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduler_heartbeat")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failure_account", ["account_hash", "at"], unique=False)
        batch_op.create_index("ix_sign_in_failure_address", ["address_hash", "at"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_token_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "auth_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_auth_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_auth_session_secret_hash")),
    )
    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_auth_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_auth_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "capability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "password_reset",
                "answer_poll",
                "rsvp",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_capability_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_capability_secret_hash")),
    )
    with op.batch_alter_table("capability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capability_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_capability_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_capability_purpose_subject", ["purpose", "subject_id"], unique=False)

    op.create_table(
        "contact_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_address")),
        sa.UniqueConstraint("person_id", "channel", name=op.f("uq_contact_address_person_id_channel")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_address_public_id")),
    )
    op.create_table(
        "contact_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekly_limit", sa.Integer(), nullable=False),
        sa.Column("from_hour", sa.Integer(), nullable=False),
        sa.Column("until_hour", sa.Integer(), nullable=False),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_hour >= 0 AND from_hour < until_hour AND until_hour <= 24", name=op.f("ck_contact_preference_hours")
        ),
        sa.CheckConstraint("weekly_limit BETWEEN 1 AND 7", name=op.f("ck_contact_preference_weekly_limit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contact_preference")),
    )
    op.create_table(
        "follow_up_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_follow_up_plan_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_follow_up_plan_public_id")),
    )
    with op.batch_alter_table("follow_up_plan", schema=None) as batch_op:
        batch_op.create_index(
            "uq_follow_up_plan_default",
            ["programme_id"],
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        )

    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idempotency_key_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_created_at"), ["created_at"], unique=False)
        batch_op.create_index("uq_idempotency_key_person_key", ["person_id", "key"], unique=True)

    op.create_table(
        "inbox_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_in",
                "session_invite",
                "session_reminder",
                "action_reminder",
                "poll",
                "handover",
                "chat_test",
                "letter",
                "practice_comment",
                "invitation",
                "password_reset",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "path = '' OR (substr(path, 1, 1) = '/' AND substr(path, 1, 2) <> '//')", name=op.f("ck_inbox_item_path")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inbox_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_item")),
        sa.UniqueConstraint("message_id", name=op.f("uq_inbox_item_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inbox_item_public_id")),
    )
    with op.batch_alter_table("inbox_item", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_item_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_inbox_item_unread",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "instrument",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_instrument_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument")),
        sa.UniqueConstraint("programme_id", "name", "version", name=op.f("uq_instrument_programme_id_name_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_instrument_public_id")),
    )
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_in",
                "session_invite",
                "session_reminder",
                "action_reminder",
                "poll",
                "handover",
                "chat_test",
                "letter",
                "practice_comment",
                "invitation",
                "password_reset",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=10000), nullable=False),
        sa.Column("html", sa.String(length=20000), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=80), nullable=False),
        sa.Column("fault_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_mail_template_programme_id")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"], name=op.f("fk_mail_template_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint("programme_id", "kind", name=op.f("uq_mail_template_programme_id_kind")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_template_public_id")),
    )
    op.create_table(
        "mail_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_in",
                "session_invite",
                "session_reminder",
                "action_reminder",
                "poll",
                "handover",
                "chat_test",
                "letter",
                "practice_comment",
                "invitation",
                "password_reset",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=10000), nullable=False),
        sa.Column("html", sa.String(length=20000), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_mail_wording_made_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_mail_wording_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_wording")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_wording_public_id")),
    )
    with op.batch_alter_table("mail_wording", schema=None) as batch_op:
        batch_op.create_index("ix_mail_wording_programme_id_kind", ["programme_id", "kind"], unique=False)

    op.create_table(
        "note_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_note_review_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_review")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_review_public_id")),
    )
    with op.batch_alter_table("note_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_review_person_id"), ["person_id"], unique=False)

    op.create_table(
        "opt_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_in",
                "session_invite",
                "session_reminder",
                "action_reminder",
                "poll",
                "handover",
                "chat_test",
                "letter",
                "practice_comment",
                "invitation",
                "password_reset",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_opt_out_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_opt_out_person_id_kind")),
    )
    op.create_table(
        "practice_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("enabler", "barrier", name="factor_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_practice_factor_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_factor")),
        sa.UniqueConstraint("programme_id", "kind", "name", name=op.f("uq_practice_factor_programme_id_kind_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_practice_factor_public_id")),
    )
    op.create_table(
        "programme_coordinator",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_programme_coordinator_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_coordinator_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "person_id", name=op.f("pk_programme_coordinator")),
    )
    with op.batch_alter_table("programme_coordinator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_coordinator_person_id"), ["person_id"], unique=False)

    op.create_table(
        "remembered_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_remembered_mapping_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_mapping")),
        sa.UniqueConstraint("programme_id", "kind", "key", name=op.f("uq_remembered_mapping_programme_id_kind_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_remembered_mapping_public_id")),
    )
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_skill_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("public_id", name=op.f("uq_skill_public_id")),
    )
    with op.batch_alter_table("skill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skill_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "skill_scale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 3 AND 7", name=op.f("ck_skill_scale_points")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_skill_scale_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_scale")),
        sa.UniqueConstraint("programme_id", name=op.f("uq_skill_scale_programme_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_skill_scale_public_id")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_plan_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("formal", "coaching", name="cohort_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "archived",
                name="cohort_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("present_percent", sa.Integer(), nullable=False),
        sa.Column("partial_percent", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("reminder_minutes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_cohort_dates_in_order")),
        sa.CheckConstraint(
            "partial_percent BETWEEN 0 AND present_percent AND present_percent <= 100",
            name=op.f("ck_cohort_thresholds"),
        ),
        sa.ForeignKeyConstraint(["follow_up_plan_id"], ["follow_up_plan.id"], name=op.f("fk_cohort_follow_up_plan_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cohort_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cohort_public_id")),
    )
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohort_follow_up_plan_id"), ["follow_up_plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cohort_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "follow_up_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column(
            "anchor",
            sa.Enum(
                "cohort_end",
                "session_end",
                "launch",
                "goal_due",
                name="anchor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("offset", sa.String(length=24), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "coach", "participant", "observer", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("asks_enrolments", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("nudge_days", sa.Integer(), nullable=False),
        sa.Column("escalate_days", sa.Integer(), nullable=True),
        sa.Column("is_alumni", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "escalate_days IS NULL OR escalate_days BETWEEN 1 AND 60", name=op.f("ck_follow_up_step_escalation")
        ),
        sa.CheckConstraint(
            "nudges BETWEEN 0 AND 3 AND nudge_days BETWEEN 1 AND 60", name=op.f("ck_follow_up_step_nudges")
        ),
        sa.CheckConstraint("window_days BETWEEN 1 AND 366", name=op.f("ck_follow_up_step_window")),
        sa.ForeignKeyConstraint(["plan_id"], ["follow_up_plan.id"], name=op.f("fk_follow_up_step_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_step")),
        sa.UniqueConstraint("public_id", name=op.f("uq_follow_up_step_public_id")),
    )
    with op.batch_alter_table("follow_up_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_step_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_calendar_feed_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("public_id", name=op.f("uq_calendar_feed_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cohort_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "archived",
                name="cohort_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_cohort_change_actor_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_change_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_change")),
    )
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohort_change_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "course_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=500), nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "futurelearn",
                "moodle",
                "nhs_learning_hub",
                "coursera",
                "open_edx",
                "other",
                name="platform",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "idea",
                "designing",
                "building",
                "piloted",
                "launched",
                "re_run",
                "stopped",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_course_project_cohort_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_course_project_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_project")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_project_public_id")),
    )
    with op.batch_alter_table("course_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_project_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_project_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "follow_up_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "three_state",
                "text",
                "number",
                "scale",
                "date",
                name="question_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("prompt", sa.String(length=500), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("lowest_label", sa.String(length=80), nullable=False),
        sa.Column("highest_label", sa.String(length=80), nullable=False),
        sa.Column(
            "flows_to",
            sa.Enum(
                "nowhere",
                "learners",
                "active",
                "completed_50",
                "completed_90",
                "goal_rating",
                "metric",
                name="answer_flow",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("metric_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("lowest < highest AND highest - lowest <= 10", name=op.f("ck_follow_up_question_scale")),
        sa.ForeignKeyConstraint(
            ["step_id"], ["follow_up_step.id"], name=op.f("fk_follow_up_question_step_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_follow_up_question_public_id")),
    )
    with op.batch_alter_table("follow_up_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_question_step_id"), ["step_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "coach", "participant", "observer", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "shortlisted",
                "accepted",
                "waitlisted",
                "declined",
                "active",
                "paused",
                "withdrawn",
                "completed",
                name="membership_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("follow_ups_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alumni_consent", sa.Boolean(), nullable=True),
        sa.Column("alumni_consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_membership_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("cohort_id", "person_id", name=op.f("uq_membership_cohort_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_public_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_cohort_role", ["cohort_id", "role"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check_in",
                "session_invite",
                "session_reminder",
                "action_reminder",
                "poll",
                "handover",
                "chat_test",
                "letter",
                "practice_comment",
                "invitation",
                "password_reset",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("unsubscribe_hash", sa.String(length=64), nullable=True),
        sa.Column("wire", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "claimed",
                "transmitting",
                "sent",
                "retry",
                "failed",
                "unknown",
                "cancelled",
                name="message_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim_token", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_message_cohort_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_message_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("kind", "subject_id", "occurrence", "recipient_id", "channel", name="uq_message_once"),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(
            "ix_message_due",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('due', 'retry')"),
            postgresql_where=sa.text("state IN ('due', 'retry')"),
        )
        batch_op.create_index(
            "ix_message_ended",
            ["channel", "state"],
            unique=False,
            sqlite_where=sa.text("state IN ('sent', 'failed', 'cancelled')"),
            postgresql_where=sa.text("state IN ('sent', 'failed', 'cancelled')"),
        )
        batch_op.create_index(
            "ix_message_leased",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'transmitting')"),
            postgresql_where=sa.text("state IN ('claimed', 'transmitting')"),
        )
        batch_op.create_index(batch_op.f("ix_message_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index(
            "ix_message_unknown",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'unknown'"),
            postgresql_where=sa.text("state = 'unknown'"),
        )

    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_wave_cohort_id")),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"], name=op.f("fk_wave_instrument_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("public_id", name=op.f("uq_wave_public_id")),
    )
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wave_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wave_instrument_id"), ["instrument_id"], unique=False)

    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(length=20), nullable=False),
        sa.Column("anchor_id", sa.Integer(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "asked",
                "answered",
                "expired",
                "cancelled",
                name="check_in_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "held",
            sa.Enum(
                "",
                "paused",
                "quiet_hours",
                "weekly_limit",
                "consent",
                name="held",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            server_default="",
            nullable=False,
        ),
        sa.Column("nudged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wake_at IS NULL OR state IN ('due', 'asked')", name=op.f("ck_check_in_wakes")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_check_in_membership_id")),
        sa.ForeignKeyConstraint(["step_id"], ["follow_up_step.id"], name=op.f("fk_check_in_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint(
            "membership_id", "strand", "anchor_id", name=op.f("uq_check_in_membership_id_strand_anchor_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_check_in_public_id")),
    )
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index(
            "ix_check_in_ended",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('answered', 'expired', 'cancelled')"),
            postgresql_where=sa.text("state IN ('answered', 'expired', 'cancelled')"),
        )
        batch_op.create_index(
            "ix_check_in_open",
            ["closes_at"],
            unique=False,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.create_index(
            "ix_check_in_silent",
            ["membership_id"],
            unique=False,
            sqlite_where=sa.text("state = 'asked' AND escalated_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'asked' AND escalated_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_check_in_wake",
            ["wake_at", "id"],
            unique=False,
            sqlite_where=sa.text("wake_at IS NOT NULL"),
            postgresql_where=sa.text("wake_at IS NOT NULL"),
        )

    op.create_table(
        "course_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "futurelearn",
                "moodle",
                "nhs_learning_hub",
                "coursera",
                "open_edx",
                "other",
                name="platform",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("launched_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= launched_on", name=op.f("ck_course_run_dates_in_order")),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_course_run_project_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_course_run_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_run")),
        sa.UniqueConstraint("project_id", "launched_on", name="uq_course_run_project_launch"),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_run_public_id")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "due",
                "claimed",
                "transmitting",
                "sent",
                "retry",
                "failed",
                "unknown",
                "cancelled",
                name="message_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_delivery_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_at", ["at", "outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_message_id"), ["message_id"], unique=False)

    op.create_table(
        "goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.String(length=500), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("importance", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=False),
        sa.Column("much_less", sa.String(length=500), nullable=False),
        sa.Column("less", sa.String(length=500), nullable=False),
        sa.Column("expected", sa.String(length=500), nullable=False),
        sa.Column("more", sa.String(length=500), nullable=False),
        sa.Column("much_more", sa.String(length=500), nullable=False),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "agreed",
                "in_progress",
                "reached",
                "changed",
                "dropped",
                name="goal_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("participant_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coach_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coach_agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('reached', 'changed', 'dropped'))",
            name=op.f("ck_goal_ended_on_its_day"),
        ),
        sa.CheckConstraint("baseline IN (-2, -1)", name=op.f("ck_goal_baseline")),
        sa.CheckConstraint("difficulty BETWEEN 0 AND 3", name=op.f("ck_goal_difficulty")),
        sa.CheckConstraint("importance BETWEEN 0 AND 3", name=op.f("ck_goal_importance")),
        sa.ForeignKeyConstraint(["coach_agreed_by_id"], ["person.id"], name=op.f("fk_goal_coach_agreed_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_goal_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goal_public_id")),
    )
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_goal_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("pair_membership_id", sa.Integer(), nullable=True),
        sa.Column("from_membership_id", sa.Integer(), nullable=False),
        sa.Column("to_membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "stays_as",
            sa.Enum(
                "coach", "participant", "observer", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_handover_actor_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_handover_cohort_id")),
        sa.ForeignKeyConstraint(["from_membership_id"], ["membership.id"], name=op.f("fk_handover_from_membership_id")),
        sa.ForeignKeyConstraint(["pair_membership_id"], ["membership.id"], name=op.f("fk_handover_pair_membership_id")),
        sa.ForeignKeyConstraint(["to_membership_id"], ["membership.id"], name=op.f("fk_handover_to_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("public_id", name=op.f("uq_handover_public_id")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_from_membership_id"), ["from_membership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_pair_membership_id"), ["pair_membership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_to_membership_id"), ["to_membership_id"], unique=False)

    op.create_table(
        "need_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "signal",
            sa.Enum(
                "absences",
                "silent_check_in",
                "overdue_action",
                "unbooked",
                "idle_goal",
                "no_practice",
                name="signal",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("snoozed", "done", name="need_mark_state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'snoozed') = (until IS NOT NULL)", name=op.f("ck_need_mark_snoozed_until")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_need_mark_membership_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_need_mark_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_mark")),
        sa.UniqueConstraint("membership_id", "signal", "occurrence", "person_id", name="uq_need_mark_once"),
    )
    with op.batch_alter_table("need_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_mark_person_id"), ["person_id"], unique=False)

    op.create_table(
        "project_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=500), nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "futurelearn",
                "moodle",
                "nhs_learning_hub",
                "coursera",
                "open_edx",
                "other",
                name="platform",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_project_edit_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_project_edit_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_edit")),
    )
    with op.batch_alter_table("project_edit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_edit_project_id"), ["project_id"], unique=False)

    op.create_table(
        "project_owner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("outside_name", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("membership_id IS NOT NULL OR outside_name <> ''", name=op.f("ck_project_owner_somebody")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_project_owner_membership_id")),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_project_owner_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_owner")),
        sa.UniqueConstraint("project_id", "membership_id", name=op.f("uq_project_owner_project_id_membership_id")),
    )
    with op.batch_alter_table("project_owner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_owner_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "project_skill",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_project_skill_project_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_project_skill_skill_id")),
        sa.PrimaryKeyConstraint("project_id", "skill_id", name=op.f("pk_project_skill")),
    )
    with op.batch_alter_table("project_skill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_skill_skill_id"), ["skill_id"], unique=False)

    op.create_table(
        "remembered_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_remembered_match_cohort_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_remembered_match_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_match")),
        sa.UniqueConstraint("cohort_id", "name", "email", name=op.f("uq_remembered_match_cohort_id_name_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_remembered_match_public_id")),
    )
    with op.batch_alter_table("remembered_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remembered_match_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_remembered_match_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "response",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_response_rating")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_response_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index("ix_response_wave_rating", ["wave_id", "rating"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("pair_membership_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("exceptions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_series_duration")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_series_cohort_id")),
        sa.ForeignKeyConstraint(["pair_membership_id"], ["membership.id"], name=op.f("fk_series_pair_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("public_id", name=op.f("uq_series_public_id")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "skill_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "moment",
            sa.Enum(
                "before", "after", "later", name="skill_moment", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_skill_assessment_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_assessment")),
        sa.UniqueConstraint("membership_id", "moment", name=op.f("uq_skill_assessment_membership_id_moment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_skill_assessment_public_id")),
    )
    op.create_table(
        "stage_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "idea",
                "designing",
                "building",
                "piloted",
                "launched",
                "re_run",
                "stopped",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_stage_change_actor_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["stage_change.id"], name=op.f("fk_stage_change_corrects_id")),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_stage_change_project_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_stage_change_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stage_change_public_id")),
    )
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_change_project_id"), ["project_id"], unique=False)

    op.create_table(
        "status_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "shortlisted",
                "accepted",
                "waitlisted",
                "declined",
                "active",
                "paused",
                "withdrawn",
                "completed",
                name="membership_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_status_change_actor_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_status_change_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
    )
    with op.batch_alter_table("status_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_change_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "wave_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("has_answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_wave_invitation_membership_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_invitation_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_invitation")),
        sa.UniqueConstraint("wave_id", "membership_id", name=op.f("uq_wave_invitation_wave_id_membership_id")),
    )
    with op.batch_alter_table("wave_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wave_invitation_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "asking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_nudge", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_asking_check_in_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_asking_message_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("check_in_id", "number", name=op.f("uq_asking_check_in_id_number")),
    )
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asking_message_id"), ["message_id"], unique=False)

    op.create_table(
        "check_in_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "did_it",
                "not_yet",
                "cannot_say",
                name="answer_choice",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("enrolments", sa.Integer(), nullable=True),
        sa.Column("unused_because", sa.String(length=200), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "enrolments IS NULL OR enrolments BETWEEN 0 AND 100000000", name=op.f("ck_check_in_answer_enrolments")
        ),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_check_in_answer_check_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_answer")),
        sa.UniqueConstraint("check_in_id", name=op.f("uq_check_in_answer_check_in_id")),
    )
    op.create_table(
        "coaching_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("pair_membership_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("recurrence_start", sa.DateTime(), nullable=True),
        sa.Column("led_by_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled", "cancelled", name="session_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("join_url", sa.String(length=500), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("preparation", sa.Text(), nullable=False),
        sa.Column("materials", sa.Text(), nullable=False),
        sa.Column("covered", sa.Text(), nullable=False),
        sa.Column("shared_notes", sa.Text(), nullable=False),
        sa.Column("cancelled_reason", sa.String(length=500), nullable=False),
        sa.Column("next_reminder_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_coaching_session_duration")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_coaching_session_cohort_id")),
        sa.ForeignKeyConstraint(["led_by_id"], ["person.id"], name=op.f("fk_coaching_session_led_by_id")),
        sa.ForeignKeyConstraint(
            ["pair_membership_id"], ["membership.id"], name=op.f("fk_coaching_session_pair_membership_id")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_coaching_session_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_coaching_session_public_id")),
        sa.UniqueConstraint(
            "series_id", "recurrence_start", name=op.f("uq_coaching_session_series_id_recurrence_start")
        ),
    )
    with op.batch_alter_table("coaching_session", schema=None) as batch_op:
        batch_op.create_index("ix_coaching_session_coach_start", ["led_by_id", "starts_at"], unique=False)
        batch_op.create_index("ix_coaching_session_cohort_start", ["cohort_id", "starts_at"], unique=False)
        batch_op.create_index("ix_coaching_session_next_reminder", ["next_reminder_at"], unique=False)

    op.create_table(
        "goal_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "agreed",
                "in_progress",
                "reached",
                "changed",
                "dropped",
                name="goal_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_goal_change_actor_id")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_change_goal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["goal.id"], name=op.f("fk_goal_change_successor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goal_change_public_id")),
    )
    with op.batch_alter_table("goal_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_goal_change_goal_id"), ["goal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_goal_change_successor_id"), ["successor_id"], unique=False)

    op.create_table(
        "goal_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("importance", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=False),
        sa.Column("much_less", sa.String(length=500), nullable=False),
        sa.Column("less", sa.String(length=500), nullable=False),
        sa.Column("expected", sa.String(length=500), nullable=False),
        sa.Column("more", sa.String(length=500), nullable=False),
        sa.Column("much_more", sa.String(length=500), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_revision_goal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["revised_by_id"], ["person.id"], name=op.f("fk_goal_revision_revised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_revision")),
        sa.UniqueConstraint("goal_id", "edition", name=op.f("uq_goal_revision_goal_id_edition")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goal_revision_public_id")),
    )
    op.create_table(
        "metric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("up", "down", name="metric_direction", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("baseline", sa.BigInteger(), nullable=True),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("cadence_weeks", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cadence_weeks BETWEEN 1 AND 52", name=op.f("ck_metric_cadence")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_metric_goal_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric")),
        sa.UniqueConstraint("public_id", name=op.f("uq_metric_public_id")),
    )
    with op.batch_alter_table("metric", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_metric_goal_id"), ["goal_id"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_milestone_goal_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_milestone_public_id")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_goal_id"), ["goal_id"], unique=False)

    op.create_table(
        "practice_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "launch",
                "check_in",
                "entry",
                name="practice_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("with_whom", sa.String(length=500), nullable=False),
        sa.Column("helped", sa.String(length=2000), nullable=False),
        sa.Column("hindered", sa.String(length=2000), nullable=False),
        sa.Column("reflection", sa.String(length=4000), nullable=False),
        sa.Column("what_next", sa.String(length=2000), nullable=False),
        sa.Column("enrolments", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("check_in_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_practice_entry_check_in_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_practice_entry_confirmed_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_practice_entry_membership_id")),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_practice_entry_project_id")),
        sa.ForeignKeyConstraint(["run_id"], ["course_run.id"], name=op.f("fk_practice_entry_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_entry")),
        sa.UniqueConstraint("check_in_id", name=op.f("uq_practice_entry_check_in_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_practice_entry_public_id")),
    )
    with op.batch_alter_table("practice_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_entry_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_practice_entry_project_id"), ["project_id"], unique=False)

    op.create_table(
        "project_goal",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_project_goal_goal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_project_goal_project_id")),
        sa.PrimaryKeyConstraint("project_id", "goal_id", name=op.f("pk_project_goal")),
    )
    with op.batch_alter_table("project_goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_goal_goal_id"), ["goal_id"], unique=False)

    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("rated_by_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN -2 AND 2", name=op.f("ck_rating_score")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_rating_check_in_id")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_rating_goal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rated_by_id"], ["person.id"], name=op.f("fk_rating_rated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rating_public_id")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_goal_id"), ["goal_id"], unique=False)

    op.create_table(
        "skill_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("skill_name", sa.String(length=120), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 7", name=op.f("ck_skill_score_score")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["skill_assessment.id"], name=op.f("fk_skill_score_assessment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_skill_score_skill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_score")),
        sa.UniqueConstraint("assessment_id", "skill_id", name=op.f("uq_skill_score_assessment_id_skill_id")),
    )
    with op.batch_alter_table("skill_score", schema=None) as batch_op:
        batch_op.create_index("ix_skill_score_skill", ["skill_id"], unique=False)

    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("statement", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "done", "dropped", name="action_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("remind_at IS NULL OR state = 'open'", name=op.f("ck_action_reminds")),
        sa.CheckConstraint(
            "remind_on IS NULL OR due_on IS NULL OR remind_on <= due_on", name=op.f("ck_action_reminder_in_time")
        ),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_action_membership_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["membership.id"], name=op.f("fk_action_owner_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_action_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("public_id", name=op.f("uq_action_public_id")),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index("ix_action_membership_state", ["membership_id", "state"], unique=False)
        batch_op.create_index("ix_action_owner_state", ["owner_id", "state"], unique=False)
        batch_op.create_index(
            "ix_action_remind",
            ["remind_at", "id"],
            unique=False,
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_action_session_id"), ["session_id"], unique=False)

    op.create_table(
        "calendar_invite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(series_id IS NULL) <> (session_id IS NULL)", name=op.f("ck_calendar_invite_of_one_thing")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_invite_person_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_calendar_invite_series_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_calendar_invite_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_invite")),
        sa.UniqueConstraint("series_id", "person_id", name=op.f("uq_calendar_invite_series_id_person_id")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_calendar_invite_session_id_person_id")),
    )
    with op.batch_alter_table("calendar_invite", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_invite_person", ["person_id"], unique=False)

    op.create_table(
        "check_in_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "did_it",
                "not_yet",
                "cannot_say",
                name="answer_choice",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("unused_because", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["check_in_answer.id"], name=op.f("fk_check_in_reply_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["question_id"], ["follow_up_question.id"], name=op.f("fk_check_in_reply_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_reply")),
        sa.UniqueConstraint("answer_id", "question_id", name=op.f("uq_check_in_reply_answer_id_question_id")),
    )
    with op.batch_alter_table("check_in_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_reply_question_id"), ["question_id"], unique=False)

    op.create_table(
        "drop_in_code",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_drop_in_code_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_drop_in_code")),
        sa.UniqueConstraint("code", name=op.f("uq_drop_in_code_code")),
    )
    op.create_table(
        "entry_factor",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("factor_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("enabler", "barrier", name="factor_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["practice_entry.id"], name=op.f("fk_entry_factor_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["factor_id"], ["practice_factor.id"], name=op.f("fk_entry_factor_factor_id")),
        sa.PrimaryKeyConstraint("entry_id", "factor_id", name=op.f("pk_entry_factor")),
    )
    with op.batch_alter_table("entry_factor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_factor_factor_id"), ["factor_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("file", "link", name="evidence_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'file' OR removed_at IS NOT NULL OR stored_name IS NOT NULL", name=op.f("ck_evidence_file")
        ),
        sa.CheckConstraint("kind <> 'link' OR removed_at IS NOT NULL OR url <> ''", name=op.f("ck_evidence_link")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_evidence_added_by_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["practice_entry.id"], name=op.f("fk_evidence_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["course_project.id"], name=op.f("fk_evidence_project_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name=op.f("fk_evidence_removed_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["course_run.id"], name=op.f("fk_evidence_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_public_id")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_evidence_stored_name")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_added_by_id"), ["added_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_run_id"), ["run_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("detected", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reading",
                "ready",
                "applying",
                "applied",
                "undone",
                "cancelled",
                "failed",
                name="batch_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("is_cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("lease_token", sa.String(length=64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["applied_by_id"], ["person.id"], name=op.f("fk_import_batch_applied_by_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_import_batch_cohort_id")),
        sa.ForeignKeyConstraint(["imported_by_id"], ["person.id"], name=op.f("fk_import_batch_imported_by_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_import_batch_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batch_public_id")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index("ix_import_batch_cohort_hash", ["cohort_id", "sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_batch_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index("ix_import_batch_session_hash", ["session_id", "sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_batch_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "ix_import_batch_waiting",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('reading', 'applying')"),
            postgresql_where=sa.text("state IN ('reading', 'applying')"),
        )

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "written_as",
            sa.Enum(
                "participant",
                "coach",
                "coordinator",
                name="note_writer",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "note_class",
            sa.Enum(
                "pair",
                "cohort",
                "coordinator",
                "evaluation",
                name="note_class",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("pair_coach_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(note_class = 'pair' AND pair_coach_id IS NOT NULL AND membership_id IS NOT NULL) OR (note_class <> 'pair' AND pair_coach_id IS NULL)",
            name=op.f("ck_note_pair"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_note_author_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_note_cohort_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_note_membership_id")),
        sa.ForeignKeyConstraint(["pair_coach_id"], ["person.id"], name=op.f("fk_note_pair_coach_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_note_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_public_id")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_note_cohort_class", ["cohort_id", "note_class"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_session_id"), ["session_id"], unique=False)

    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "page",
                "api",
                "check_in",
                "import",
                name="observation_source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value IS NOT NULL OR corrects_id IS NOT NULL", name=op.f("ck_observation_value")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_observation_check_in_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["observation.id"], name=op.f("fk_observation_corrects_id")),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["metric.id"], name=op.f("fk_observation_metric_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_observation_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_observation_corrects_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_observation_public_id")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index("ix_observation_metric_day", ["metric_id", "observed_on"], unique=False)
        batch_op.create_index(
            "uq_observation_day",
            ["metric_id", "observed_on"],
            unique=True,
            sqlite_where=sa.text("corrects_id IS NULL"),
            postgresql_where=sa.text("corrects_id IS NULL"),
        )

    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "chosen", "closed", name="poll_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_poll_duration")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_poll_cohort_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_poll_created_by_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_poll_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("public_id", name=op.f("uq_poll_public_id")),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "practice_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "comment", "celebration", name="comment_kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_practice_comment_author_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["practice_entry.id"], name=op.f("fk_practice_comment_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_comment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_practice_comment_public_id")),
    )
    with op.batch_alter_table("practice_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_comment_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_practice_comment_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "private_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("key_name", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_by_id", sa.Integer(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "in_export",
            sa.Enum("include", "leave_out", name="export_choice", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("left_out_reason", sa.String(length=500), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_private_note_author_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_private_note_cohort_id")),
        sa.ForeignKeyConstraint(["handed_over_by_id"], ["person.id"], name=op.f("fk_private_note_handed_over_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_private_note_membership_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_private_note_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_private_note_public_id")),
    )
    with op.batch_alter_table("private_note", schema=None) as batch_op:
        batch_op.create_index("ix_private_note_author_cohort", ["author_id", "cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_private_note_key_name"), ["key_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_private_note_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_private_note_session_id"), ["session_id"], unique=False)

    op.create_table(
        "rsvp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum("yes", "maybe", "no", name="rsvp_choice", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_rsvp_membership_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_rsvp_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rsvp")),
        sa.UniqueConstraint("session_id", "membership_id", name=op.f("uq_rsvp_session_id_membership_id")),
    )
    with op.batch_alter_table("rsvp", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rsvp_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "action_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "moved",
                "dropped",
                "reopened",
                name="action_outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_due_on", sa.Date(), nullable=True),
        sa.Column("to_due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_action_change_action_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_action_change_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_change")),
    )
    with op.batch_alter_table("action_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_change_action_id"), ["action_id"], unique=False)

    op.create_table(
        "action_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_action_reminder_action_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_action_reminder_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_reminder")),
        sa.UniqueConstraint("message_id", "action_id", name=op.f("uq_action_reminder_message_id_action_id")),
    )
    with op.batch_alter_table("action_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_reminder_action_id"), ["action_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "late",
                "partial",
                "absent",
                "excused",
                name="attendance_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "coach",
                "self",
                "zoom",
                "teams",
                "demo",
                name="attendance_source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_attendance_batch_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_attendance_membership_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_attendance_recorded_by_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_attendance_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("session_id", "membership_id", name=op.f("uq_attendance_session_id_membership_id")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "attendance_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "late",
                "partial",
                "absent",
                "excused",
                name="attendance_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "coach",
                "self",
                "zoom",
                "teams",
                "demo",
                name="attendance_source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_attendance_change_batch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_attendance_change_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_attendance_change_membership_id")),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_attendance_change_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_change")),
    )
    with op.batch_alter_table("attendance_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_change_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index("ix_attendance_change_session_member", ["session_id", "membership_id"], unique=False)

    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=True),
        sa.Column("detected", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_file_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_import_file_batch_id_number")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_import_file_stored_name")),
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("intervals", sa.JSON(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "known",
                "left_out",
                "matched",
                "review",
                "ignored",
                name="row_outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_import_row_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_row_public_id")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_batch_number", ["batch_id", "number"], unique=False)

    op.create_table(
        "imported_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("is_opened", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_imported_run_batch_id")),
        sa.ForeignKeyConstraint(["run_id"], ["course_run.id"], name=op.f("fk_imported_run_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_run")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_imported_run_batch_id_key")),
    )
    with op.batch_alter_table("imported_run", schema=None) as batch_op:
        batch_op.create_index("ix_imported_run_run", ["run_id"], unique=False)
        batch_op.create_index(
            "uq_imported_run_current",
            ["run_id"],
            unique=True,
            sqlite_where=sa.text("is_current = 1"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "invited_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invite_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("had", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invite_id"], ["calendar_invite.id"], name=op.f("fk_invited_session_invite_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_invited_session_message_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"], name=op.f("fk_invited_session_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invited_session")),
        sa.UniqueConstraint("invite_id", "session_id", name=op.f("uq_invited_session_invite_id_session_id")),
    )
    with op.batch_alter_table("invited_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invited_session_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invited_session_session_id"), ["session_id"], unique=False)

    op.create_table(
        "note_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column(
            "from_class",
            sa.Enum(
                "pair",
                "cohort",
                "coordinator",
                "evaluation",
                name="from_class",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("from_coach_id", sa.Integer(), nullable=True),
        sa.Column(
            "to_class",
            sa.Enum(
                "pair",
                "cohort",
                "coordinator",
                "evaluation",
                name="to_class",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("to_coach_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "made",
                "refused",
                "withdrawn",
                name="note_change_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_note_change_by_id")),
        sa.ForeignKeyConstraint(["from_coach_id"], ["person.id"], name=op.f("fk_note_change_from_coach_id")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_change_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["to_coach_id"], ["person.id"], name=op.f("fk_note_change_to_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_change_public_id")),
    )
    with op.batch_alter_table("note_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_change_note_id"), ["note_id"], unique=False)
        batch_op.create_index(
            "uq_note_change_pending",
            ["note_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "poll_invitee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_poll_invitee_membership_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_invitee_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_invitee")),
        sa.UniqueConstraint("poll_id", "membership_id", name=op.f("uq_poll_invitee_poll_id_membership_id")),
    )
    with op.batch_alter_table("poll_invitee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_invitee_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "poll_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_slot_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_slot")),
        sa.UniqueConstraint("poll_id", "local_start", name=op.f("uq_poll_slot_poll_id_local_start")),
        sa.UniqueConstraint("public_id", name=op.f("uq_poll_slot_public_id")),
    )
    op.create_table(
        "reach_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "joiners",
                "learners",
                "active",
                "completed_50",
                "completed_90",
                "statements",
                name="reach_metric",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "participant",
                "coach",
                "check_in",
                "import",
                "demo",
                name="reach_source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("unconfirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unconfirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("unconfirmed_because", sa.String(length=500), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("value BETWEEN 0 AND 100000000", name=op.f("ck_reach_snapshot_value")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_reach_snapshot_batch_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_reach_snapshot_confirmed_by_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["reach_snapshot.id"], name=op.f("fk_reach_snapshot_corrects_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_reach_snapshot_recorded_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["course_run.id"], name=op.f("fk_reach_snapshot_run_id")),
        sa.ForeignKeyConstraint(["unconfirmed_by_id"], ["person.id"], name=op.f("fk_reach_snapshot_unconfirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_snapshot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reach_snapshot_public_id")),
    )
    with op.batch_alter_table("reach_snapshot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reach_snapshot_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_reach_snapshot_run_metric", ["run_id", "metric", "as_of"], unique=False)
        batch_op.create_index(
            "uq_reach_snapshot_current",
            ["run_id", "metric"],
            unique=True,
            sqlite_where=sa.text("is_current = 1"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "attendance_interval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendance.id"], name=op.f("fk_attendance_interval_attendance_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_interval")),
    )
    with op.batch_alter_table("attendance_interval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_interval_attendance_id"), ["attendance_id"], unique=False)

    op.create_table(
        "learner_page",
        sa.Column("imported_run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["imported_run_id"], ["imported_run.id"], name=op.f("fk_learner_page_imported_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("imported_run_id", "number", "piece", name=op.f("pk_learner_page")),
    )
    op.create_table(
        "note_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["note_change.id"], name=op.f("fk_note_consent_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_note_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_consent")),
        sa.UniqueConstraint("change_id", "person_id", name=op.f("uq_note_consent_change_id_person_id")),
    )
    with op.batch_alter_table("note_consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_consent_person_id"), ["person_id"], unique=False)

    op.create_table(
        "poll_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitee_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "yes", "if_need_be", "no", name="poll_choice", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["invitee_id"], ["poll_invitee.id"], name=op.f("fk_poll_answer_invitee_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["poll_slot.id"], name=op.f("fk_poll_answer_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_answer")),
        sa.UniqueConstraint("invitee_id", "slot_id", name=op.f("uq_poll_answer_invitee_id_slot_id")),
    )
    with op.batch_alter_table("poll_answer", schema=None) as batch_op:
        batch_op.create_index("ix_poll_answer_slot", ["slot_id"], unique=False)


def downgrade():
    with op.batch_alter_table("poll_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_poll_answer_slot")

    op.drop_table("poll_answer")
    with op.batch_alter_table("note_consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_consent_person_id"))

    op.drop_table("note_consent")
    op.drop_table("learner_page")
    with op.batch_alter_table("attendance_interval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_interval_attendance_id"))

    op.drop_table("attendance_interval")
    with op.batch_alter_table("reach_snapshot", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reach_snapshot_current", sqlite_where=sa.text("is_current = 1"), postgresql_where=sa.text("is_current")
        )
        batch_op.drop_index("ix_reach_snapshot_run_metric")
        batch_op.drop_index(batch_op.f("ix_reach_snapshot_batch_id"))

    op.drop_table("reach_snapshot")
    op.drop_table("poll_slot")
    with op.batch_alter_table("poll_invitee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_invitee_membership_id"))

    op.drop_table("poll_invitee")
    with op.batch_alter_table("note_change", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_note_change_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_note_change_note_id"))

    op.drop_table("note_change")
    with op.batch_alter_table("invited_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invited_session_session_id"))
        batch_op.drop_index(batch_op.f("ix_invited_session_message_id"))

    op.drop_table("invited_session")
    with op.batch_alter_table("imported_run", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_imported_run_current", sqlite_where=sa.text("is_current = 1"), postgresql_where=sa.text("is_current")
        )
        batch_op.drop_index("ix_imported_run_run")

    op.drop_table("imported_run")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_batch_number")

    op.drop_table("import_row")
    op.drop_table("import_file")
    with op.batch_alter_table("attendance_change", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_change_session_member")
        batch_op.drop_index(batch_op.f("ix_attendance_change_membership_id"))

    op.drop_table("attendance_change")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_membership_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_batch_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("action_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_reminder_action_id"))

    op.drop_table("action_reminder")
    with op.batch_alter_table("action_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_change_action_id"))

    op.drop_table("action_change")
    with op.batch_alter_table("rsvp", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rsvp_membership_id"))

    op.drop_table("rsvp")
    with op.batch_alter_table("private_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_private_note_session_id"))
        batch_op.drop_index(batch_op.f("ix_private_note_membership_id"))
        batch_op.drop_index(batch_op.f("ix_private_note_key_name"))
        batch_op.drop_index("ix_private_note_author_cohort")

    op.drop_table("private_note")
    with op.batch_alter_table("practice_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_practice_comment_entry_id"))
        batch_op.drop_index(batch_op.f("ix_practice_comment_author_id"))

    op.drop_table("practice_comment")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_cohort_id"))

    op.drop_table("poll")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_observation_day",
            sqlite_where=sa.text("corrects_id IS NULL"),
            postgresql_where=sa.text("corrects_id IS NULL"),
        )
        batch_op.drop_index("ix_observation_metric_day")

    op.drop_table("observation")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_session_id"))
        batch_op.drop_index(batch_op.f("ix_note_membership_id"))
        batch_op.drop_index("ix_note_cohort_class")
        batch_op.drop_index(batch_op.f("ix_note_author_id"))

    op.drop_table("note")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_import_batch_waiting",
            sqlite_where=sa.text("state IN ('reading', 'applying')"),
            postgresql_where=sa.text("state IN ('reading', 'applying')"),
        )
        batch_op.drop_index(batch_op.f("ix_import_batch_session_id"))
        batch_op.drop_index("ix_import_batch_session_hash")
        batch_op.drop_index(batch_op.f("ix_import_batch_cohort_id"))
        batch_op.drop_index("ix_import_batch_cohort_hash")

    op.drop_table("import_batch")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_run_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_project_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_entry_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_added_by_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("entry_factor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_factor_factor_id"))

    op.drop_table("entry_factor")
    op.drop_table("drop_in_code")
    with op.batch_alter_table("check_in_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_in_reply_question_id"))

    op.drop_table("check_in_reply")
    with op.batch_alter_table("calendar_invite", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_invite_person")

    op.drop_table("calendar_invite")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_session_id"))
        batch_op.drop_index(
            "ix_action_remind",
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_action_owner_state")
        batch_op.drop_index("ix_action_membership_state")

    op.drop_table("action")
    with op.batch_alter_table("skill_score", schema=None) as batch_op:
        batch_op.drop_index("ix_skill_score_skill")

    op.drop_table("skill_score")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_goal_id"))

    op.drop_table("rating")
    with op.batch_alter_table("project_goal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_goal_goal_id"))

    op.drop_table("project_goal")
    with op.batch_alter_table("practice_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_practice_entry_project_id"))
        batch_op.drop_index(batch_op.f("ix_practice_entry_membership_id"))

    op.drop_table("practice_entry")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_goal_id"))

    op.drop_table("milestone")
    with op.batch_alter_table("metric", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_metric_goal_id"))

    op.drop_table("metric")
    op.drop_table("goal_revision")
    with op.batch_alter_table("goal_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_goal_change_successor_id"))
        batch_op.drop_index(batch_op.f("ix_goal_change_goal_id"))

    op.drop_table("goal_change")
    with op.batch_alter_table("coaching_session", schema=None) as batch_op:
        batch_op.drop_index("ix_coaching_session_next_reminder")
        batch_op.drop_index("ix_coaching_session_cohort_start")
        batch_op.drop_index("ix_coaching_session_coach_start")

    op.drop_table("coaching_session")
    op.drop_table("check_in_answer")
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asking_message_id"))

    op.drop_table("asking")
    with op.batch_alter_table("wave_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wave_invitation_membership_id"))

    op.drop_table("wave_invitation")
    with op.batch_alter_table("status_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_status_change_membership_id"))

    op.drop_table("status_change")
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_change_project_id"))

    op.drop_table("stage_change")
    op.drop_table("skill_assessment")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_cohort_id"))

    op.drop_table("series")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_wave_rating")

    op.drop_table("response")
    with op.batch_alter_table("remembered_match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remembered_match_membership_id"))
        batch_op.drop_index(batch_op.f("ix_remembered_match_created_at"))

    op.drop_table("remembered_match")
    with op.batch_alter_table("project_skill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_skill_skill_id"))

    op.drop_table("project_skill")
    with op.batch_alter_table("project_owner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_owner_membership_id"))

    op.drop_table("project_owner")
    with op.batch_alter_table("project_edit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_edit_project_id"))

    op.drop_table("project_edit")
    with op.batch_alter_table("need_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_mark_person_id"))

    op.drop_table("need_mark")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_to_membership_id"))
        batch_op.drop_index(batch_op.f("ix_handover_pair_membership_id"))
        batch_op.drop_index(batch_op.f("ix_handover_from_membership_id"))
        batch_op.drop_index(batch_op.f("ix_handover_cohort_id"))

    op.drop_table("handover")
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_goal_membership_id"))

    op.drop_table("goal")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_message_id"))
        batch_op.drop_index("ix_delivery_at")

    op.drop_table("delivery")
    op.drop_table("course_run")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_check_in_wake",
            sqlite_where=sa.text("wake_at IS NOT NULL"),
            postgresql_where=sa.text("wake_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_check_in_silent",
            sqlite_where=sa.text("state = 'asked' AND escalated_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'asked' AND escalated_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_check_in_open", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index(
            "ix_check_in_ended",
            sqlite_where=sa.text("state IN ('answered', 'expired', 'cancelled')"),
            postgresql_where=sa.text("state IN ('answered', 'expired', 'cancelled')"),
        )

    op.drop_table("check_in")
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wave_instrument_id"))
        batch_op.drop_index(batch_op.f("ix_wave_cohort_id"))

    op.drop_table("wave")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_unknown",
            sqlite_where=sa.text("state = 'unknown'"),
            postgresql_where=sa.text("state = 'unknown'"),
        )
        batch_op.drop_index(batch_op.f("ix_message_recipient_id"))
        batch_op.drop_index(
            "ix_message_leased",
            sqlite_where=sa.text("state IN ('claimed', 'transmitting')"),
            postgresql_where=sa.text("state IN ('claimed', 'transmitting')"),
        )
        batch_op.drop_index(
            "ix_message_ended",
            sqlite_where=sa.text("state IN ('sent', 'failed', 'cancelled')"),
            postgresql_where=sa.text("state IN ('sent', 'failed', 'cancelled')"),
        )
        batch_op.drop_index(
            "ix_message_due",
            sqlite_where=sa.text("state IN ('due', 'retry')"),
            postgresql_where=sa.text("state IN ('due', 'retry')"),
        )
        batch_op.drop_index(batch_op.f("ix_message_cohort_id"))

    op.drop_table("message")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index("ix_membership_cohort_role")

    op.drop_table("membership")
    with op.batch_alter_table("follow_up_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_question_step_id"))

    op.drop_table("follow_up_question")
    with op.batch_alter_table("course_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_project_programme_id"))
        batch_op.drop_index(batch_op.f("ix_course_project_cohort_id"))

    op.drop_table("course_project")
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohort_change_cohort_id"))

    op.drop_table("cohort_change")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_person_id"))

    op.drop_table("calendar_feed")
    with op.batch_alter_table("follow_up_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_step_plan_id"))

    op.drop_table("follow_up_step")
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohort_programme_id"))
        batch_op.drop_index(batch_op.f("ix_cohort_follow_up_plan_id"))

    op.drop_table("cohort")
    op.drop_table("skill_scale")
    with op.batch_alter_table("skill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skill_programme_id"))

    op.drop_table("skill")
    op.drop_table("remembered_mapping")
    with op.batch_alter_table("programme_coordinator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_coordinator_person_id"))

    op.drop_table("programme_coordinator")
    op.drop_table("practice_factor")
    op.drop_table("opt_out")
    with op.batch_alter_table("note_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_review_person_id"))

    op.drop_table("note_review")
    with op.batch_alter_table("mail_wording", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_wording_programme_id_kind")

    op.drop_table("mail_wording")
    op.drop_table("mail_template")
    op.drop_table("instrument")
    with op.batch_alter_table("inbox_item", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_item_unread", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")
        )
        batch_op.drop_index("ix_inbox_item_person")

    op.drop_table("inbox_item")
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.drop_index("uq_idempotency_key_person_key")
        batch_op.drop_index(batch_op.f("ix_idempotency_key_created_at"))

    op.drop_table("idempotency_key")
    with op.batch_alter_table("follow_up_plan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_follow_up_plan_default", sqlite_where=sa.text("is_default"), postgresql_where=sa.text("is_default")
        )

    op.drop_table("follow_up_plan")
    op.drop_table("contact_preference")
    op.drop_table("contact_address")
    with op.batch_alter_table("capability", schema=None) as batch_op:
        batch_op.drop_index("ix_capability_purpose_subject")
        batch_op.drop_index(batch_op.f("ix_capability_person_id"))
        batch_op.drop_index(batch_op.f("ix_capability_expires_at"))

    op.drop_table("capability")
    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_auth_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_auth_session_expires_at"))

    op.drop_table("auth_session")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_person_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failure_address")
        batch_op.drop_index("ix_sign_in_failure_account")

    op.drop_table("sign_in_failure")
    op.drop_table("scheduler_heartbeat")
    op.drop_table("programme")
    op.drop_table("person")
    op.drop_table("mail_host")
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
