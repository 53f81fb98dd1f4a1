"""The settings: read once, checked, and a refusal that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from coaching.config import DEVELOPMENT_SECRET, BadSettings, Settings, read_settings

NOTES_KEY = "a-key-of-notes-only-tests-use-0123456789Abc"
GOOD = {
    "COACHING_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "COACHING_NOTES_KEY": NOTES_KEY,
    "COACHING_ENVIRONMENT": "production",
}


def test_a_checkout_needs_no_settings(tmp_path: Path) -> None:
    settings = read_settings({"COACHING_INSTANCE": str(tmp_path)})
    assert settings.is_development
    assert settings.database_url == f"sqlite:///{tmp_path}/coaching.db"
    assert settings.mail_url == f"file:{tmp_path}/mail"
    assert read_settings({"PORT": "8123"}).base_url == "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    "secret", [None, "", "short", "a" * 64, DEVELOPMENT_SECRET], ids=["none", "blank", "short", "repeated", "default"]
)
def test_production_refuses_a_missing_or_weak_secret_and_says_how_to_make_one(secret: str | None) -> None:
    environ = {name: value for name, value in GOOD.items() if name != "COACHING_SECRET_KEY"}
    environ |= {} if secret is None else {"COACHING_SECRET_KEY": secret}
    with pytest.raises(BadSettings) as refusal:
        read_settings(environ)
    assert "COACHING_SECRET_KEY" in str(refusal.value)
    assert "secrets.token_urlsafe" in str(refusal.value)


@pytest.mark.parametrize(
    "key",
    [None, " ", "short", NOTES_KEY + "?", "A" * 43, f"{NOTES_KEY},short"],
    ids=["none", "blank", "short", "not base 64", "repeated", "second"],
)
def test_production_refuses_a_missing_or_wrong_key_of_notes_and_says_how_to_make_one(key: str | None) -> None:
    environ = {name: value for name, value in GOOD.items() if name != "COACHING_NOTES_KEY"}
    with pytest.raises(BadSettings) as refusal:
        read_settings(environ | ({} if key is None else {"COACHING_NOTES_KEY": key}))
    said = str(refusal.value)
    assert "COACHING_NOTES_KEY" in said
    assert "secrets.token_urlsafe(32)" in said
    assert NOTES_KEY not in said
    assert NOTES_KEY not in repr(read_settings(GOOD))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COACHING_ENVIRONMENT", "staging"),
        ("COACHING_DATABASE_URL", "mysql://localhost/x"),
        ("COACHING_BASE_URL", "coaching.example.org"),
        ("COACHING_BASE_URL", "ftp://coaching.example.org"),
        ("COACHING_BASE_URL", "https://coaching.example.org/?x=1"),
        ("COACHING_BASE_URL", "https://example.org/coaching"),
        ("COACHING_MAIL_URL", "mail.example.org"),
        ("COACHING_MAIL_URL", "smtp://"),
        ("COACHING_MAIL_URL", "smtp://host:notaport"),
        ("COACHING_RESEND_UNKNOWN", "maybe"),
        ("COACHING_CHAT_HOSTS", "chat.example.org, https://other.example.org"),
        ("COACHING_TRUSTED_PROXIES", "-1"),
        ("COACHING_TRUSTED_PROXIES", "many"),
        ("COACHING_MAIL_CONNECTIONS", "0"),
        ("COACHING_MAIL_CONNECTIONS", "17"),
        ("COACHING_MAIL_CONNECTIONS", "two"),
        ("COACHING_MAIL_RATE", "-1"),
        ("COACHING_MAIL_RATE", "30/min"),
        ("COACHING_LATE_AFTER", "0"),
        ("COACHING_LATE_AFTER", "10m"),
        ("COACHING_LATE_AFTER", "1441"),
        ("COACHING_LATE_AFTER", "9" * 30),
    ],
)
def test_each_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        read_settings(GOOD | {name: value})
    assert name in str(refusal.value)


def test_a_slip_in_a_setting_s_name_is_not_passed_over() -> None:
    with pytest.raises(BadSettings, match=r"DATABSE_URL is not a setting\. Did you mean COACHING_DATABASE_URL"):
        read_settings(GOOD | {"COACHING_DATABSE_URL": "postgresql://db/coaching"})


def test_good_settings_are_read() -> None:
    settings = read_settings(
        GOOD
        | {
            "COACHING_DATABASE_URL": "postgresql://u:p@db/coaching",
            "COACHING_BASE_URL": "https://coaching.example.org/",
            "COACHING_MAIL_URL": "smtp+starttls://u:p@mail.example.org:587",
            "COACHING_RESEND_UNKNOWN": "yes",
            "COACHING_TRUSTED_PROXIES": "1",
            "COACHING_MAIL_CONNECTIONS": "4",
            "COACHING_MAIL_RATE": "30",
        }
    )
    assert settings.database_url == "postgresql+psycopg://u:p@db/coaching"
    assert settings.base_url == "https://coaching.example.org"
    assert settings.is_secure
    assert settings.resend_unknown
    assert settings.trusted_proxies == 1
    assert (settings.mail_connections, settings.mail_rate) == (4, 30)


def test_settings_check_themselves_however_they_are_made() -> None:
    with pytest.raises(BadSettings):
        Settings(environment="production")
