"""Who gets what: a row for each address, a column for each person. A rule without a row here fails the matrix.

`ok` is success, a number is that status. A row may name another row of the world than the usual one: `| coach member`
asks about the coach's membership instead of the participant's. Everything asked about is in the cohort "here".

par participant, fel fellow participant, wdr withdrawn, app applied only; nei participant of the cohort beside, which is
in the same programme; str participant of another programme; coa coach, fco former coach, cob coach of the cohort
beside, cot coach in the other programme; obs observer; cdr coordinator, cdt coordinator of the other programme;
adm administrator.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.security.recipes import FORMS
from tests.security.stage import NOBODIES, PEOPLE, Stage, is_api
from tests.security.world import Place

TABLE = """
                                                  par fel wdr app nei str coa fco cob cot obs cdr cdt adm
# Public: these say in their modules why.
assets.asset                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
health.live                                       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
health.ready                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
appearance.choose                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
sign_in.form                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
sign_in.submit                                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
sign_in.demo                                      404 404 404 404 404 404 404 404 404 404 404 404 404 404
invitations.show                                  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
invitations.accept                                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
password_resets.new                               ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
password_resets.create                            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
password_resets.show                              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
password_resets.submit                            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
check_in_links.show                               ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
check_in_links.tap                                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
check_in_links.choose                             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
follow_up_links.stop                              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
follow_up_links.end                               ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
follow_up_links.take_back                         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
follow_up_links.consent                           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
follow_up_links.say_consent                       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
check_in_links.answer                             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
rsvp_links.show                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
rsvp_links.answer                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
poll_links.show                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
poll_links.answer                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
unsubscribing.show                                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
unsubscribing.switch_off                          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
unsubscribing.switch_on                           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
feeds.read                                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_docs.openapi                                  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_docs.viewer                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

# Oneself.
home.show                                         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
sign_in.end                                       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
account.show                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
account.edit                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
account.create_token                              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
account.revoke_token                              ok  404 404 404 404 404 404 404 404 404 404 404 404 404
contact_preferences.show                          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
contact_preferences.save                          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_contact_preferences.show                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_contact_preferences.replace                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_me.show                                       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
actions.index                                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_actions.list_own                              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_me.list_memberships                           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_tokens.index                                  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_tokens.create                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_tokens.revoke                                 ok  404 404 404 404 404 404 404 404 404 404 404 404 404
calendar_feeds.create                             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
calendar_feeds.create_for_cohort                  ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
calendar_feeds.end                                ok  404 404 404 404 404 404 404 404 404 404 404 404 404
api_feeds.index                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_feeds.make                                    ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
api_feeds.end                                     ok  404 404 404 404 404 404 404 404 404 404 404 404 404
chat.show                                         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
chat.save                                         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
chat.test                                         ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
chat.remove                                       ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
api_chat.show                                     ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
api_chat.save                                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_chat.test                                     ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
api_chat.remove                                   ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
inbox.list                                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
inbox.read                                        ok  404 404 404 404 404 404 404 404 404 404 404 404 404
inbox.read_all                                    ok  404 404 404 404 404 404 404 404 404 404 404 404 404
api_inbox.index                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_inbox.read                                    ok  404 404 404 404 404 404 404 404 404 404 404 404 404
api_inbox.read_all                                ok  404 404 404 404 404 404 404 404 404 404 404 404 404
needs.list                                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_needs.index                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

# Private notes: for who wrote them, while they are in the cohort; written by its coaches.
private_notes.of_member                           404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_notes.of_session                          404 404 404 404 404 404 ok  404 404 404 ok  404 404 404
private_notes.of_cohort                           404 404 404 404 404 404 ok  404 404 404 ok  404 404 404
private_notes.create                              404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_notes.edit                                404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_notes.edit | observer private-note        404 404 404 404 404 404 404 404 404 404 ok  404 404 404
private_notes.edit | former_coach private-note    404 404 404 404 404 404 404 404 404 404 404 404 404 404
private_notes.edit | co_coach private-note        404 404 404 404 404 404 404 404 404 404 404 404 404 404
private_notes.update                              404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_notes.update | observer private-note      404 404 404 404 404 404 404 404 404 404 403 404 404 404
private_notes.remove                              404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_notes.remove | observer private-note      404 404 404 404 404 404 404 404 404 404 ok  404 404 404
private_notes.remove | former_coach private-note  404 404 404 404 404 404 404 404 404 404 404 404 404 404
private_note_exits.decide                         404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_note_exits.share                          404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_note_exits.share | observer private-note  404 404 404 404 404 404 404 404 404 404 403 404 404 404
api_private_notes.share                           404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_note_exits.handover                       404 404 404 404 404 404 ok  404 404 404 ok  404 404 404
private_note_exits.hand_over                      404 404 404 404 404 404 ok  404 404 404 404 404 404 404
private_note_exits.reviews                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_private_notes.index                           404 404 404 404 404 404 ok  404 404 404 ok  404 404 404
api_private_notes.create                          404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_private_notes.show                            404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_private_notes.show | observer private-note    404 404 404 404 404 404 404 404 404 404 ok  404 404 404
api_private_notes.show | former_coach private-note404 404 404 404 404 404 404 404 404 404 404 404 404 404
api_private_notes.show | co_coach private-note    404 404 404 404 404 404 404 404 404 404 404 404 404 404
api_private_notes.edit                            404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_private_notes.edit | observer private-note    404 404 404 404 404 404 404 404 404 404 412 404 404 404
api_private_notes.remove                          404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_private_notes.decide                          404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_private_notes.decide | observer private-note  404 404 404 404 404 404 404 404 404 404 ok  404 404 404
api_private_notes.hand_over                       404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_private_notes.list_reviews                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

# What is held about oneself, and what a coach would hand out.
held_data.show                                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
held_data.download                                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
held_data.ask                                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_held_data.show                                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_held_data.export                              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_held_data.ask                                 ok  409 409 409 ok  ok  409 409 409 409 409 409 409 409
held_data.preview                                 404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_held_data.preview                             404 404 404 404 404 404 ok  404 404 404 404 404 404 404

# Programmes: for those who coordinate one or open cohorts in it; its figures for coordinators.
programmes.list                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
programmes.show                                   404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_programmes.index                              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_programmes.show                               404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_progress.show_programme                       404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
cohorts.new                                       404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
cohorts.create                                    404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_programmes.open_one                           404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok

# From when on somebody needs their coach: said by coordinators, read by those whose lists go by it.
need_thresholds.edit                              404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
need_thresholds.update                            404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_needs.show_thresholds                         404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_needs.set_all                                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok

# A programme's mails: written by its coordinators. Who coaches in it sees the programme, and not these.
mail_templates.list                               404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
mail_templates.edit                               404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
mail_templates.update                             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
mail_templates.preview                            404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
mail_templates.revert                             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_mail_templates.index                          404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_mail_templates.show                           404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_mail_templates.write                          404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_mail_templates.revert                         404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_mail_templates.preview                        404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_mail_templates.list_earlier                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
# Follow-up plans: the programme's for its coordinators, read by its coaches; a cohort's own for those who run it.
follow_ups.show_default                           404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
follow_ups.show                                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
follow_ups.choose                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
follow_up_steps.new                               404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
follow_up_steps.new | default plan                404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
follow_up_steps.create                            404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
follow_up_steps.create | default plan             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
follow_up_steps.edit                              404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
follow_up_steps.edit | default step               404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
follow_up_steps.update                            404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
follow_up_steps.update | default step             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
follow_up_steps.remove                            404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
follow_up_steps.remove | default step             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_follow_up_plans.show_default                  404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_follow_up_plans.show_of_cohort                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_follow_up_plans.choose                        403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_follow_up_plans.add                           404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_follow_up_plans.add | default plan            404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_follow_up_plans.preview_new                   404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_follow_up_plans.preview_new | default plan    404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_follow_up_plans.show_step                     404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_follow_up_plans.show_step | default step      404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_follow_up_plans.edit                          404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_follow_up_plans.edit | default step           404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_follow_up_plans.preview_edit                  404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_follow_up_plans.preview_edit | default step   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_follow_up_plans.remove                        404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_follow_up_plans.remove | default step         404 404 404 404 404 404 403 404 403 404 404 ok  404 ok

# Cohorts: seen by those who are in, changed by those who run them.
api_cohorts.index                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
cohorts.show                                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_cohorts.show                                  ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
cohorts.edit                                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
cohorts.update                                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_cohorts.edit                                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
# A cohort's life: read and paused by who runs it; handed over by whose it is, or by a coordinator.
cohort_life.show                                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
cohort_life.change                                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_cohort_life.index                             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_cohort_life.show                              403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_cohort_life.change                            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
handovers.new | coach member                      404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
handovers.create | coach member                   404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_handovers.show | coach member                 404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_handovers.create | coach member               404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_handovers.create                              403 404 404 404 404 404 403 404 404 404 404 403 404 403
api_progress.show_cohort                          403 403 404 404 404 404 ok  404 404 404 ok  ok  404 ok
attendance_grid.show                              ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
attendance_grid.download                          ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_attendance_grid.show                          ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok

# Members: each sees themselves; those who run the cohort see everyone.
api_members.index                                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
members.new                                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
members.create                                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_members.add                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
members.show                                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
members.show | withdrawn member                   404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
members.show | coach member                       404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_members.show                                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_members.show | withdrawn member               404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_members.show | observer member                404 404 404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_members.list_statuses                         ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
members.change                                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
members.change | coach member                     404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
api_members.change                                403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_members.change | coach member                 404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
members.invite | invited member                   404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
members.invite | fellow member                    404 403 404 404 404 404 409 404 404 404 404 409 404 409

# Sessions: the cohort's for everybody in it, a one-to-one for its pair.
api_sessions.index                                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
sessions.new                                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
sessions.create                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_sessions.schedule                             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
sessions.show                                     ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
sessions.show | pair session                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_sessions.show                                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_sessions.show | pair session                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
sessions.edit                                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
sessions.edit | pair session                      403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
sessions.update                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
sessions.update | pair session                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_sessions.edit                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_sessions.edit | pair session                  403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
sessions.cancel                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
sessions.cancel | pair session                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_sessions.cancel                               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_sessions.cancel | pair session                403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
attendance.mark                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
attendance.mark | pair session                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_sessions.show_attendance                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_sessions.show_attendance | pair session       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_sessions.mark_there                           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_sessions.copy                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_sessions.copy | pair session                  403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
series.preview                                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
series.create                                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_series.preview                                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_series.schedule                               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_series.show                                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_series.show | pair series                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_sessions.mark_there | pair session            403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok

api_sessions.show_trail                           ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_sessions.show_trail | pair session            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok

# The record of a session: written by those who run the cohort, read by whoever sees the session.
session_record.edit                               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
session_record.edit | pair session                403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
session_record.update                             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
session_record.update | pair session              403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
preparation.show                                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
preparation.show | pair session                   403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_preparation.show                              403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_preparation.show | pair session               403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_session_record.edit                           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_session_record.edit | pair session            403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_session_record.show                           ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_session_record.show | pair session            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok

# Actions: the participant's, and of those who run the cohort.
api_actions.list_agreed                           ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_actions.list_agreed | pair session            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.list_open                             ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_actions.list_open | pair session              ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.agree                                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
actions.agree | pair session                      403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.agree                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_actions.agree | pair session                  403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.index                                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.index | fellow member                 404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.new                                       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.new | coach member                        404 404 404 404 404 404 403 404 404 404 404 403 404 403
actions.create                                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.create | coach member                     404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_actions.create                                ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.create | coach member                 404 404 404 404 404 404 403 404 404 404 404 403 404 403
actions.show                                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.show | fellow action                      404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.show | withdrawn action                   404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.show | done action                        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.show                                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.show | fellow action                  404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.show | withdrawn action               404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.show | done action                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.edit                                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.edit | coach action                       404 404 404 404 404 404 403 404 404 404 404 403 404 403
actions.update                                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.update | coach action                     404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_actions.edit                                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.edit | coach action                   404 404 404 404 404 404 403 404 404 404 404 403 404 403
actions.close                                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.close | coach action                      404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_actions.close                                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.close | coach action                  404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_actions.move                                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.move | coach action                   404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_actions.changes                               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.changes | fellow action               404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.reopen                                    409 404 404 404 404 404 409 404 404 404 404 409 404 409
actions.reopen | done action                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
actions.reopen | coach action                     404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_actions.reopen                                409 404 404 404 404 404 409 404 404 404 404 409 404 409
api_actions.reopen | done action                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_actions.reopen | coach action                 404 404 404 404 404 404 403 404 404 404 404 403 404 403

# Who comes: said by those in the cohort, read by those who run it.
rsvps.show                                        ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
rsvps.show | pair session                         ok  404 404 404 404 404 ok  404 404 404 404 403 404 403
rsvps.answer                                      409 409 404 404 404 404 409 404 404 404 409 403 404 403
rsvps.answer | future session                     ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
api_rsvps.show                                    ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
api_rsvps.show | pair session                     ok  404 404 404 404 404 ok  404 404 404 404 403 404 403
api_rsvps.answer                                  409 409 404 404 404 404 409 404 404 404 409 403 404 403
api_rsvps.answer | future session                 ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
api_rsvps.index                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_rsvps.index | pair session                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_rsvps.list_others                             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok

# Polls: answered by those who are asked, here the participant; looked over and decided by those who run the cohort.
polls.list                                        ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
polls.new                                         403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
polls.create                                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
polls.show                                        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
polls.edit                                        403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
polls.update                                      403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
polls.answer                                      ok  404 404 404 404 404 403 404 404 404 404 403 404 403
polls.remind                                      403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
polls.close                                       403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
polls.choose                                      403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_polls.index                                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_polls.create                                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_polls.show                                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_polls.edit                                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_polls.show_answer                             ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_polls.answer                                  ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_polls.show_results                            403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_polls.remind                                  403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_polls.close                                   403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_polls.choose                                  403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok

# Calendars: a session's file for who may see it, and who was told of it for those who run the cohort.
calendar_feeds.download                           ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
calendar_feeds.download | pair session            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_feeds.show_calendar                           ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_feeds.show_calendar | pair session            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_feeds.show_invites                            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_feeds.show_invites | pair session             403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok

# The drop-in code: shown by those who run the cohort; who is expected marks themselves with it.
drop_in.screen | running session                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
drop_in.start | running session                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
drop_in.end | running session                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
drop_in.enter                                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
drop_in.confirm                                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
drop_in.mark                                      ok  ok  422 422 422 422 403 422 422 422 403 403 422 403
api_drop_in.show | running session                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_drop_in.start | running session               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_drop_in.end | running session                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_drop_in.mark                                  ok  ok  422 422 422 422 403 422 422 422 403 403 422 403

# Imports: for those who run the cohort.
imports.new                                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.new | pair session                        403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
imports.preview                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.apply                                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.bring_in                              403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.bring_in | pair session               403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
imports.show                                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.show | pair import                        403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
imports.resolve                                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.add_person                                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.set_aside                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.add_person                            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.set_aside                             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.reopen                                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.reopen                                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
remembered_names.list                             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
remembered_names.forget                           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_remembered_names.index                        403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_remembered_names.forget                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.undo                                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
people_imports.new                                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
people_imports.preview                            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
people_imports.apply                              403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
people_imports.show                               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
people_imports.undo                               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_people_imports.index                          403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_people_imports.bring_in                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_people_imports.show                           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_people_imports.undo                           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
imports.undo | pair import                        403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_imports.show                                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.show | pair import                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_imports.match                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_imports.undo                                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok

# Goals: the participant's and the coaches', and nobody else's.
api_goals.index                                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goals.new                                         ok  404 404 404 404 404 ok  404 404 404 404 403 404 403
goals.new | coach member                          404 404 404 404 404 404 403 404 404 404 404 403 404 403
goals.create                                      ok  404 404 404 404 404 ok  404 404 404 404 403 404 403
goals.create | coach member                       404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_goals.create                                  ok  404 404 404 404 404 ok  404 404 404 404 403 404 403
api_goals.create | coach member                   404 404 404 404 404 404 403 404 404 404 404 403 404 403
goals.show                                        ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goals.show | withdrawn goal                       404 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goals.show                                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goals.show | withdrawn goal                   404 404 404 404 404 404 ok  404 404 404 404 404 404 404
goals.edit                                        ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goals.edit | coach goal                           404 404 404 404 404 404 403 404 404 404 404 404 404 404
goals.update                                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goals.update | coach goal                         404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goals.edit | unrated goal                     ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goals.edit | coach goal                       404 404 404 404 404 404 403 404 404 404 404 404 404 404
goals.rate                                        ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goals.rate | coach goal                           404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goals.list_ratings                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goals.list_answers                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goals.rate                                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goals.rate | coach goal                       404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goals.show_attainment                         ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goal_states.agree                                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goal_states.agree | coach goal                    404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goal_states.agree                             ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.agree | coach goal                404 404 404 404 404 404 403 404 404 404 404 404 404 404
goal_states.revise                                ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goal_states.revise | coach goal                   404 404 404 404 404 404 403 404 404 404 404 404 404 404
goal_states.update                                ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goal_states.update | coach goal                   404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goal_states.revise                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.revise | coach goal               404 404 404 404 404 404 403 404 404 404 404 404 404 404
goal_states.end                                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goal_states.end | coach goal                      404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goal_states.end                               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.end | coach goal                  404 404 404 404 404 404 403 404 404 404 404 404 404 404
milestones.create                                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
milestones.create | coach goal                    404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_milestones.create                             ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_milestones.create | coach goal                404 404 404 404 404 404 403 404 404 404 404 404 404 404
goal_states.reopen                                409 404 404 404 404 404 409 404 404 404 404 404 404 404
goal_states.reopen | ended goal                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
goal_states.reopen | coach goal                   404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goal_states.reopen                            409 404 404 404 404 404 409 404 404 404 404 404 404 404
api_goal_states.reopen | ended goal               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.reopen | coach goal               404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_goal_states.show_agreement                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.show_scale                        ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.list_revisions                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_goal_states.list_changes                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_milestones.index                              ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_milestones.show                               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
milestones.edit                                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
milestones.edit | coach milestone                 404 404 404 404 404 404 403 404 404 404 404 404 404 404
milestones.update                                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
milestones.update | coach milestone               404 404 404 404 404 404 403 404 404 404 404 404 404 404
milestones.reach                                  ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
milestones.reach | coach milestone                404 404 404 404 404 404 403 404 404 404 404 404 404 404
milestones.remove                                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
milestones.remove | coach milestone               404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_milestones.edit                               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_milestones.edit | coach milestone             404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_milestones.remove                             ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_milestones.remove | coach milestone           404 404 404 404 404 404 403 404 404 404 404 404 404 404
goals.show | ended goal                           ok  404 404 404 404 404 ok  404 404 404 404 404 404 404

# Metrics: who reads a goal reads them. Files of values are for the cohort's coaches.
metrics.new                                       ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.create                                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.create | coach goal                       404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_metrics.index                                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.create                                ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.create | coach goal                   404 404 404 404 404 404 403 404 404 404 404 404 404 404
metrics.show                                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.edit                                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.edit | coach metric                       404 404 404 404 404 404 403 404 404 404 404 404 404 404
metrics.update                                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.update | coach metric                     404 404 404 404 404 404 403 404 404 404 404 404 404 404
metrics.end                                       ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.end | coach metric                        404 404 404 404 404 404 403 404 404 404 404 404 404 404
metrics.reopen | ended metric                     ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.record                                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.record | coach metric                     404 404 404 404 404 404 403 404 404 404 404 404 404 404
metrics.new_correction                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.new_correction | coach observation        404 404 404 404 404 404 403 404 404 404 404 404 404 404
metrics.correct                                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
metrics.correct | coach observation               404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_metrics.show                                  ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.edit                                  ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.edit | coach metric                   404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_metrics.end                                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.reopen | ended metric                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.list_all                              ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.record                                ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.record | coach metric                 404 404 404 404 404 404 403 404 404 404 404 404 404 404
api_metrics.correct                               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_metrics.correct | coach observation           404 404 404 404 404 404 403 404 404 404 404 404 404 404
observation_imports.new                           403 403 404 404 404 404 ok  404 404 404 403 403 404 403
observation_imports.preview                       403 403 404 404 404 404 ok  404 404 404 403 403 404 403
observation_imports.apply                         403 403 404 404 404 404 ok  404 404 404 403 403 404 403
api_observation_imports.bring_in                  403 403 404 404 404 404 ok  404 404 404 403 403 404 403

# Skills: written by coordinators, rated by oneself, counted for those who run the cohort.
skills.index                                      404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_skills.index                                  404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_skills.show_scale                             404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_skills.show                                   404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
skills.create                                     404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.edit_scale                                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.update_scale                               404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.edit                                       404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.update                                     404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.move                                       404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.retire                                     404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.bring_back | retired skill                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.create                                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.order                                  404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.replace_scale                          404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.edit                                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.retire                                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.bring_back | retired skill             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.start                                      404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_skills.start                                  404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
skills.update | rated skill                       404 404 404 404 404 404 403 404 403 404 404 409 404 409
api_skills.edit | rated skill                     404 404 404 404 404 404 403 404 403 404 404 409 404 409
skill_assessments.show                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
skill_assessments.edit                            ok  404 404 404 404 404 403 404 404 404 404 403 404 403
skill_assessments.save                            ok  404 404 404 404 404 403 404 404 404 404 403 404 403
skill_assessments.cohort                          403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_skills.show_member                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_skills.assess                                 ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_skills.show_cohort                            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok

# Course projects: seen in the cohorts of their owners, changed by owners and by those who run these cohorts.
api_projects.index                                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
projects.new                                      ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
projects.create                                   ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
api_projects.start                                ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
launches.new                                      ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
launches.create                                   ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
api_projects.launch_quickly                       ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
projects.show                                     ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
projects.show | shared project                    ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
api_projects.show                                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_projects.show | shared project                ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
projects.edit                                     ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
projects.edit | shared project                    ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
projects.update                                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_projects.edit                                 ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_projects.edit | shared project                ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
projects.launch                                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
projects.launch | shared project                  ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
api_projects.launch                               ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_team.share                                    ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_project_team.share                                ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_team.unshare                              ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_team.unshare | shared project                 ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
api_project_team.unshare                          ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_project_team.unshare | shared project             ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
project_stages.create                                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_project_stages.change                               ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok

project_boards.show                               ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_project_stages.board                          ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
project_boards.programme                          404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_project_stages.programme                      404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_projects.list_earlier                         ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
project_stages.new                                ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_stages.new | shared project               ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
project_stages.edit                               ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_stages.update                             ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_stages.take_back                          ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_project_stages.amend                          ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_project_stages.take_back                      ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
project_team.link                                 ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_project_team.link                             ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
# Which goals a course serves: those whose goals they are, and their coaches.
api_project_team.list_goals                       ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
project_team.serve                                ok  403 404 404 404 404 ok  404 404 404 403 403 404 403
api_project_team.serve                            ok  403 404 404 404 404 ok  404 404 404 403 403 404 403
project_team.stop                                 ok  403 404 404 404 404 ok  404 404 404 403 403 404 403
api_project_team.stop                             ok  403 404 404 404 404 ok  404 404 404 403 403 404 403

# Runs and reach: as the project.
runs.show                                         ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
runs.show | shared run                            ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
api_runs.show                                     ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_runs.show | shared run                        ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
runs.edit                                         ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
runs.update                                       ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
runs.update | shared run                          ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
api_runs.edit                                     ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
runs.report                                       ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
runs.report | shared run                          ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
api_runs.report                                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
runs.new_correction                               ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
runs.correct                                      ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_runs.correct                                  ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_reach.show_run                                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_reach.show_run | shared run                   ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
api_reach.show_project                            ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_reach.show_project | shared project           ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
api_reach.show_cohort                             ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_reach.show_programme                          404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
reach.cohort                                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
reach.programme                                   404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
# Confirmed by those who run a cohort of the course, and by nobody who builds it.
reach.confirm                                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_reach.confirm                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
reach.ask_why                                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
reach.unconfirm | confirmed reach                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_reach.unconfirm | confirmed reach             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok

# The practice log: the participant's, and of those who run the cohort.
practice.list                                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
line.member                                       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
line.own                                          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_line.member                                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_line.own                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_practice.index                                ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice.member_runs                          ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice.tie                                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice.tie                                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_entries.new                              ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.new | coach member               404 404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.create                           ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.create | coach member            404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice.write                                ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice.write | coach member                 404 404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.show                             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_entries.show | hand practice             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_entries.show | fellow practice           404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_entries.show | withdrawn practice        404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice.show                                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice.show | hand practice                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice.show | fellow practice               404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice.show | withdrawn practice            404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.index                       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.index | hand practice       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.index | fellow practice     404 ok  404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.index | withdrawn practice  404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_entries.edit                             ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.update                           ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice.edit                                 ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.edit | seen practice             ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.remove                           409 404 404 404 404 404 403 404 404 404 404 403 404 403
practice_entries.remove | hand practice           ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice.remove                               409 404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice.remove | hand practice               ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_comments.create                          ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.say                         ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_comments.cheer                           403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_comments.cheer | coach practice          404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
api_practice_comments.cheer                       403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.cheer | coach practice      404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
practice_comments.confirm                         403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_comments.confirm | coach practice        404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
api_practice_comments.confirm                     403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.confirm | coach practice    404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
practice_comments.uncheer | cheered practice      403 404 404 404 404 404 ok  404 404 404 404 409 404 409
api_practice_comments.uncheer | cheered practice  403 404 404 404 404 404 ok  404 404 404 404 409 404 409
practice_comments.take_back | seen practice       403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.take_back | seen practice   403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_practice_comments.show                        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_comments.edit                            403 404 404 404 404 404 ok  404 404 404 404 403 404 403
practice_comments.edit | participant comment      ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_comments.edit | former comment           403 404 404 404 404 404 403 404 404 404 404 403 404 403
practice_comments.update                          403 404 404 404 404 404 ok  404 404 404 404 403 404 403
practice_comments.update | participant comment    ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_comments.update | former comment         403 404 404 404 404 404 403 404 404 404 404 403 404 403
practice_comments.remove                          403 404 404 404 404 404 ok  404 404 404 404 403 404 403
practice_comments.remove | participant comment    ok  404 404 404 404 404 403 404 404 404 404 403 404 403
practice_comments.remove | former comment         403 404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice_comments.edit                        403 404 404 404 404 404 ok  404 404 404 404 403 404 403
api_practice_comments.edit | participant comment  ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice_comments.edit | former comment       403 404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice_comments.remove                      403 404 404 404 404 404 ok  404 404 404 404 403 404 403
api_practice_comments.remove | participant commentok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice_comments.remove | former comment     403 404 404 404 404 404 403 404 404 404 404 403 404 403
api_practice_factors.offered                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
practice_factors.cohort                           403 403 404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_practice_factors.count_cohort                 403 403 404 404 404 404 ok  404 404 404 ok  ok  404 ok
practice_factors.index                            404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_practice_factors.index                        404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_practice_factors.show                         404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
api_practice_factors.count_programme              404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.create                           404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.start                            404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.edit                             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.update                           404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.move                             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.retire                           404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.bring_back | retired factor      404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_practice_factors.create                       404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_practice_factors.start                        404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_practice_factors.order                        404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_practice_factors.rename                       404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_practice_factors.retire                       404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
api_practice_factors.bring_back | retired factor  404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
practice_factors.update | used factor             404 404 404 404 404 404 403 404 403 404 404 409 404 409
api_practice_factors.rename | used factor         404 404 404 404 404 404 403 404 403 404 404 409 404 409

# Check-ins: answered by the participant alone, read by those who run the cohort.
api_check_ins.index                               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_check_ins.list_member                         ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
check_ins.show                                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
check_ins.show | withdrawn check-in               404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_check_ins.show                                ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_check_ins.show | withdrawn check-in           404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
check_ins.answer                                  ok  404 404 404 404 404 403 404 404 404 404 403 404 403
check_ins.answer | withdrawn check-in             404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_check_ins.answer                              ok  404 404 404 404 404 403 404 404 404 404 403 404 403
message_lists.member                              ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
message_lists.programme                           404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_message_lists.programme_coming                404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_message_lists.programme_sent                  404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
message_lists.own                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_message_lists.own_coming                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_message_lists.own_sent                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_message_lists.member_coming                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_message_lists.member_sent                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
message_lists.cohort                              403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_message_lists.cohort_coming                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_message_lists.cohort_sent                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
# What is said to a need is the cohort's coaches'; a letter is from any of those who run it, and never to oneself.
needs.show                                        403 404 404 404 404 404 ok  404 404 404 404 403 404 403
needs.snooze                                      403 404 404 404 404 404 ok  404 404 404 404 403 404 403
needs.see_to                                      403 404 404 404 404 404 ok  404 404 404 404 403 404 403
needs.bring_back                                  403 404 404 404 404 404 ok  404 404 404 404 403 404 403
api_needs.snooze                                  403 404 404 404 404 404 ok  404 404 404 404 403 404 403
api_needs.see_to                                  403 404 404 404 404 404 ok  404 404 404 404 403 404 403
api_needs.bring_back                              403 404 404 404 404 404 ok  404 404 404 404 403 404 403
letters.new                                       403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
letters.create                                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
letters.create | coach member                     404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
api_letters.write                                 403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_letters.write | coach member                  404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
api_silence.index                                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_check_ins.answer | withdrawn check-in         404 404 404 404 404 404 403 404 404 404 404 403 404 403
api_check_ins.show_run                            404 404 404 404 404 404 404 404 404 404 404 404 404 404
api_check_ins.show_answer                         404 404 404 404 404 404 404 404 404 404 404 404 404 404
api_check_ins.show_answer | answered check-in     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
check_ins.mine                                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_me.list_check_ins                             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

# Whether somebody is asked at all is for themselves to say.
follow_up_choices.stop                            ok  404 404 404 404 404 403 404 404 404 404 403 404 403
follow_up_choices.take_back                       ok  404 404 404 404 404 403 404 404 404 404 403 404 403
follow_up_choices.say_consent                     ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_follow_up_choices.stop                        ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_follow_up_choices.take_back                   ok  404 404 404 404 404 403 404 404 404 404 403 404 403
api_follow_up_choices.say_consent                 ok  404 404 404 404 404 403 404 404 404 404 403 404 403

# Notes: each class has its readers. Administrators see the people and the cohorts, and read no notes.
notes.of_member                                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
notes.of_member | fellow member                   404 ok  404 404 404 404 ok  404 404 404 404 ok  404 403
notes.of_session                                  ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 403
notes.of_session | pair session                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
notes.of_cohort                                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 403
notes.write_of_member                             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
notes.write_of_member | coach member              404 404 404 404 404 404 409 404 404 404 404 409 404 403
notes.write_of_session                            ok  ok  404 404 404 404 ok  404 404 404 403 422 404 403
notes.write_of_session | pair session             422 404 404 404 404 404 422 404 404 404 404 422 404 403
notes.write_of_cohort                             ok  ok  404 404 404 404 ok  404 404 404 403 422 404 403
notes.show                                        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
notes.show | pair note                            ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
notes.show | fellow note                          404 ok  404 404 404 404 ok  404 404 404 404 404 404 404
notes.show | left note                            ok  404 404 404 404 404 404 404 404 404 404 404 404 404
notes.show | cohort note                          ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 404
notes.show | coordinator note                     404 404 404 404 404 404 ok  404 404 404 404 ok  404 404
notes.show | one-to-one note                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
notes.edit                                        403 404 404 404 404 404 ok  404 404 404 404 403 404 404
notes.update                                      403 404 404 404 404 404 ok  404 404 404 404 403 404 404
notes.edit | cohort note                          ok  403 404 404 404 404 403 404 404 404 403 403 404 404
notes.remove                                      403 404 404 404 404 404 ok  404 404 404 404 403 404 404
note_changes.change                               ok  404 404 404 404 404 ok  404 404 404 404 403 404 404
note_changes.change | cohort note                 422 403 404 404 404 404 403 404 404 404 403 403 404 404
note_changes.show                                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
note_changes.answer                               ok  404 404 404 404 404 403 404 404 404 404 404 404 404
note_changes.withdraw                             403 404 404 404 404 404 ok  404 404 404 404 404 404 404
api_notes.of_member                               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
api_notes.of_member | fellow member               404 ok  404 404 404 404 ok  404 404 404 404 ok  404 403
api_notes.of_session                              ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 403
api_notes.of_session | pair session               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
api_notes.of_cohort                               ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 403
api_notes.write_of_member                         ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
api_notes.write_of_member | coach member          404 404 404 404 404 404 409 404 404 404 404 409 404 403
api_notes.write_of_session                        ok  ok  404 404 404 404 ok  404 404 404 403 422 404 403
api_notes.write_of_session | pair session         422 404 404 404 404 404 422 404 404 404 404 422 404 403
api_notes.write_of_cohort                         ok  ok  404 404 404 404 ok  404 404 404 403 422 404 403
api_notes.show                                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
api_notes.show | pair note                        ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_notes.show | fellow note                      404 ok  404 404 404 404 ok  404 404 404 404 404 404 404
api_notes.show | left note                        ok  404 404 404 404 404 404 404 404 404 404 404 404 404
api_notes.show | cohort note                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 404
api_notes.show | coordinator note                 404 404 404 404 404 404 ok  404 404 404 404 ok  404 404
api_notes.show | one-to-one note                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
api_notes.edit                                    403 404 404 404 404 404 ok  404 404 404 404 403 404 404
api_notes.edit | cohort note                      ok  403 404 404 404 404 403 404 404 404 403 403 404 404
api_notes.remove                                  403 404 404 404 404 404 ok  404 404 404 404 403 404 404
api_note_changes.change                           ok  404 404 404 404 404 ok  404 404 404 404 403 404 404
api_note_changes.change | cohort note             422 403 404 404 404 404 403 404 404 404 403 403 404 404
api_note_changes.show                             ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
api_note_changes.answer                           ok  404 404 404 404 404 403 404 404 404 404 404 404 404
api_note_changes.withdraw                         403 404 404 404 404 404 ok  404 404 404 404 404 404 404
note_changes.index                                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_note_changes.asked                            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
api_note_changes.index                            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
api_note_changes.index | left note                ok  404 404 404 404 404 404 404 404 404 404 404 404 404

# What a coordinator sees, shown to the coach: nothing that they could not read anyhow.
as_coordinator.cohort                             403 403 404 404 404 404 ok  404 404 404 403 403 404 403
as_coordinator.cohort_notes                       403 403 404 404 404 404 ok  404 404 404 403 403 404 403
as_coordinator.member                             403 404 404 404 404 404 ok  404 404 404 404 403 404 403
as_coordinator.member_notes                       403 404 404 404 404 404 ok  404 404 404 404 403 404 403

# The outbox and the state of the product: for administrators.
messages.list                                     404 404 404 404 404 404 404 404 404 404 404 404 404 ok
messages.leave                                    404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
messages.resend                                   404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_messages.index                                404 404 404 404 404 404 404 404 404 404 404 404 404 ok
api_messages.show                                 404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_messages.leave                                404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_messages.resend                               404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
api_status.show                                   404 404 404 404 404 404 404 404 404 404 404 404 404 ok

# Imports of figures: brought by those who build courses, read by who brought them and who runs the cohort.
file_imports.index                                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_file_imports.index                            ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
file_imports.new                                  ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
file_imports.bring_in                             ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
api_file_imports.bring_in                         ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
file_imports.show                                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_file_imports.show                             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_file_imports.plan                             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
file_imports.choose                               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_file_imports.choose                           ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
file_imports.apply                                ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_file_imports.apply                            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
file_imports.cancel                               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_file_imports.cancel                           ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
file_imports.undo | applied file-import           ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_file_imports.undo | applied file-import       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
file_imports.show | left file-import              404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
file_imports.undo | left file-import              404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok

# Evidence: seen with the course and added by its team and those who run it; a line of the log has its own readers.
evidence.list                                     ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
evidence.list | shared project                    ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
api_evidence.index                                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_evidence.index | shared project               ok  ok  404 404 ok  404 ok  404 ok  404 ok  ok  404 ok
evidence.new_link                                 ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.new_file                                 ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.create_link                              ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.create_file                              ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_evidence.bring_link                           ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_evidence.bring_file                           ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.create_file | shared project             ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
api_evidence.bring_file | shared project          ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
evidence.content                                  ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_evidence.show                                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
api_evidence.content                              ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
evidence.content | log evidence                   404 404 404 404 404 404 404 404 404 404 404 404 404 404
api_evidence.show | log evidence                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
evidence.edit                                     ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.edit | log evidence                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
evidence.update                                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.update | log evidence                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
evidence.remove                                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
evidence.remove | log evidence                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_evidence.retitle                              ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_evidence.retitle | log evidence               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
api_evidence.remove                               ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
api_evidence.remove | log evidence                ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
"""
# Those who come without a key that opens: what they get at a public address, a page, and the API.
NOBODY_AT_PAGE = "in"
NOBODY_AT_API = "401"
# A cookie that is not ours carries no CSRF token either.
FORGED_FORM = "400"
# The token stands in a body that may be large, which is read of nobody who may not bring one.
BODY_LAST = {"evidence.create_file", "file_imports.bring_in"}
# The secret in the address of a mail's link is a token already, and cookies may be blocked where mail is read.
WITHOUT_CSRF = {
    "unsubscribing.switch_off", "unsubscribing.switch_on",
    "check_in_links.answer", "check_in_links.choose", "follow_up_links.end", "follow_up_links.take_back",
    "follow_up_links.say_consent", "rsvp_links.answer", "poll_links.answer",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    endpoint: str
    variant: str
    expected: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.endpoint} | {self.variant}" if self.variant else self.endpoint

    def instead(self, place: Place) -> dict[str, str]:
        """The identifiers that the variant puts in the place of the usual ones, by noun."""
        return {self.variant.rpartition(" ")[2]: place.ids[self.variant]} if self.variant else {}

    def path(self, stage: Stage, place: Place) -> str:
        return stage.path(self.endpoint, place, **self.instead(place))


def read_table(table: str) -> list[Row]:
    """The rows. Raises ValueError for a line that does not fit the heading."""
    heading, *lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    width = len(heading) - len(heading.lstrip())
    rows = []
    for line in lines:
        endpoint, _, variant = line[:width].strip().partition(" | ")
        cells = line[width:].split()
        rows.append(Row(endpoint, variant, dict(zip(PEOPLE, cells, strict=True))))
    return rows


ROWS = read_table(TABLE)


def expected(stage: Stage, row: Row, identity: str) -> str:
    """What this identity is to get, those of the table and those whose key does not open."""
    if identity in row.expected:
        return row.expected[identity]
    if identity == "forged" and row.endpoint in FORMS and row.endpoint not in WITHOUT_CSRF | BODY_LAST:
        return FORGED_FORM
    if stage.is_public(row.endpoint):
        return row.expected["stranger"]
    at_api, is_read = is_api(stage.rules[row.endpoint].rule), stage.method(row.endpoint) == "GET"
    if identity in NOBODIES:
        return NOBODY_AT_API if at_api else NOBODY_AT_PAGE
    if not at_api:
        return NOBODY_AT_PAGE
    # A coach's token with one scope: what it does not cover is refused, whatever is asked about.
    return row.expected["coach"] if is_read == (identity == "reader") else "403"
