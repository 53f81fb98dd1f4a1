"""What services refuse by themselves, called without the page or the API in front of them: a page that asks first would
hide a service that forgot to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import Person
from coaching.services.actors import load_actor
from tests.security.calls import ACTS, BY_NOBODY, Scene
from tests.security.stage import Stage
from tests.security.table import read_table

STATUSES = {NotFound: "404", NotAllowed: "403", Conflict: "409", Invalid: "422"}
# 409 and 422 are not refusals of the person: the act was theirs to try.
TABLE = """
                                par fel wdr app nei str coa fco cob cot obs cdr cdt adm
edit_person                     ok  404 404 404 404 404 404 404 404 404 404 404 404 403
read_preferences                ok  404 404 404 404 404 404 404 404 404 404 404 404 404
set_preferences                 ok  404 404 404 404 404 404 404 404 404 404 404 404 404
switch_kind                     ok  404 404 404 404 404 404 404 404 404 404 404 404 404
read_note                       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
get_person                      ok  404 404 404 404 404 404 404 404 404 404 404 404 ok
export_person                   ok  404 404 404 404 404 404 404 404 404 404 404 404 ok
describe_held                   ok  404 404 404 404 404 404 404 404 404 404 404 404 404
count_about                     ok  404 404 404 404 404 404 404 404 404 404 404 404 404
ask_for_review                  ok  404 404 404 404 404 404 404 404 404 404 404 404 404
preview_for_coach               404 404 404 404 404 404 ok  404 404 404 404 404 404 404
list_private_notes              404 404 404 404 404 404 ok  404 404 404 ok  404 404 404
write_private_note              404 404 404 404 404 404 ok  404 404 404 404 404 404 404
get_private_note                404 404 404 404 404 404 ok  404 404 404 404 404 404 404
edit_private_note               404 404 404 404 404 404 ok  404 404 404 404 404 404 404
edit_private_note | observer    404 404 404 404 404 404 404 404 404 404 403 404 404 404
delete_private_note             404 404 404 404 404 404 ok  404 404 404 404 404 404 404
delete_private_note | former    404 404 404 404 404 404 404 404 404 404 404 404 404 404
decide_on_export                404 404 404 404 404 404 ok  404 404 404 404 404 404 404
decide_on_export | observer     404 404 404 404 404 404 404 404 404 404 ok  404 404 404
hand_over_private_notes         404 404 404 404 404 404 ok  404 404 404 404 404 404 404
share_private_note              404 404 404 404 404 404 ok  404 404 404 404 404 404 404
share_private_note | observer   404 404 404 404 404 404 404 404 404 404 403 404 404 404
list_recipients                 404 404 404 404 404 404 ok  404 404 404 ok  404 404 404
find_notes                      404 404 404 404 404 404 ok  404 404 404 404 404 404 404
erase_person                    404 404 404 404 404 404 404 404 404 404 404 404 404 ok
suspend_person                  404 404 404 404 404 404 404 404 404 404 404 404 404 ok
restore_person                  404 404 404 404 404 404 404 404 404 404 404 404 404 ok
create_api_token                ok  404 404 404 404 404 404 404 404 404 404 404 404 404
create_api_token | wider        403 404 404 404 404 404 404 404 404 404 404 404 404 404
create_programme                403 403 403 403 403 403 403 403 403 403 403 403 403 ok
appoint_coordinator             404 404 404 404 404 404 404 404 404 404 404 403 404 ok
list_templates                  404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
read_template                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
list_wordings                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
write_template                  404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
revert_template                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
restore_wording                 404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
preview_template                404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
programme_progress              404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
open_cohort                     404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
edit_cohort                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
foresee_change                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
pause_cohort                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
archive_cohort                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
archive_cohort | formal         403 403 404 404 404 404 403 404 404 404 403 ok  404 ok
reopen_cohort                   403 403 404 404 404 404 409 404 404 404 403 409 404 409
plan_handover                   404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_happenings                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_takers                     404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_pairs                      404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
find_taker                      404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
foresee_handover                404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
hand_over_cohort                404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
hand_over_pair                  404 404 404 404 404 404 422 404 404 404 404 422 404 422
hand_over_cohort | participant  403 404 404 404 404 404 403 404 404 404 404 403 404 403
get_default_plan                404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
read_cohort_plan                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
choose_plan                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
get_plan                        404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
get_step                        404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
add_step                        404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
add_step | default              404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
edit_step                       404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
edit_step | default             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
remove_step                     404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
remove_step | default           404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
cohort_progress                 403 403 404 404 404 404 ok  404 404 404 ok  ok  404 ok
cohort_overview                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
read_grid                       ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
read_marks                      403 403 404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_members                    ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_cohort_check_ins           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
add_member                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
add_member | coach              403 403 404 404 404 404 403 404 404 404 403 ok  404 ok
change_status                   403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
change_status | coach           404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
invite_again                    404 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
status_history                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
read_record                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_check_ins                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_silent                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
read_line                       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
find_next_session               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
snooze_need                     403 404 404 404 404 404 ok  404 404 404 404 403 404 403
see_to_need                     403 404 404 404 404 404 ok  404 404 404 404 403 404 403
bring_back_need                 403 404 404 404 404 404 ok  404 404 404 404 403 404 403
set_thresholds                  404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
write_to_member                 403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
write_to_member | coach         404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
list_practice                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_runs                       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
tie_enrolments                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
tie_enrolments | elsewhere      403 404 404 404 404 404 403 404 404 404 404 403 404 422
write_entry                     ok  404 404 404 404 404 403 404 404 404 404 403 404 403
write_entry | coach             404 404 404 404 404 404 403 404 404 404 404 403 404 403
edit_entry                      ok  404 404 404 404 404 403 404 404 404 404 403 404 403
remove_entry                    ok  404 404 404 404 404 403 404 404 404 404 403 404 403
list_comments                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
add_comment                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
edit_comment                    403 404 404 404 404 404 ok  404 404 404 404 403 404 403
edit_comment | former           403 404 404 404 404 404 403 404 404 404 404 403 404 403
remove_comment                  403 404 404 404 404 404 ok  404 404 404 404 403 404 403
celebrate                       403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
celebrate | coach               404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
confirm_entry                   403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
confirm_entry | coach           404 404 404 404 404 404 403 404 404 404 404 ok  404 ok
take_celebration_back           403 404 404 404 404 404 ok  404 404 404 404 409 404 409
take_confirmation_back          403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_own_courses                ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_offered                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_factors                    404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
count_cohort_factors            403 403 404 404 404 404 ok  404 404 404 ok  ok  404 ok
count_programme_factors         404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
add_factor                      404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
start_with_usual                404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
rename_factor                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
retire_factor                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
bring_back_factor               404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
order_factors                   404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
list_goals                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
set_goal                        ok  404 404 404 404 404 ok  404 404 404 404 403 404 403
set_goal | coach                404 404 404 404 404 404 403 404 404 404 404 403 404 403
edit_goal                       ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
edit_goal | coach               404 404 404 404 404 404 403 404 404 404 404 404 404 404
rate_goal                       ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
rate_goal | coach               404 404 404 404 404 404 403 404 404 404 404 404 404 404
agree_to_goal                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
revise_goal                     ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
end_goal                        ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
add_milestone                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
agree_to_goal | coach           404 404 404 404 404 404 403 404 404 404 404 404 404 404
revise_goal | coach             404 404 404 404 404 404 403 404 404 404 404 404 404 404
end_goal | coach                404 404 404 404 404 404 403 404 404 404 404 404 404 404
add_milestone | coach           404 404 404 404 404 404 403 404 404 404 404 404 404 404
reopen_goal                     ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
reopen_goal | coach             404 404 404 404 404 404 403 404 404 404 404 404 404 404
edit_milestone                  ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
remove_milestone                ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
edit_milestone | coach          404 404 404 404 404 404 403 404 404 404 404 404 404 404
remove_milestone | coach        404 404 404 404 404 404 403 404 404 404 404 404 404 404
get_milestone                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
measure_attainment              ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
answer_check_in                 ok  404 404 404 404 404 403 404 404 404 404 403 404 403
choose_answer                   ok  404 404 404 404 404 403 404 404 404 404 403 404 403
why_called_off                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
read_subject                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_goal_answers               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
list_to_come                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
stop_follow_ups                 ok  404 404 404 404 404 403 404 404 404 404 403 404 403
resume_follow_ups               ok  404 404 404 404 404 403 404 404 404 404 403 404 403
say_alumni_consent              ok  404 404 404 404 404 403 404 404 404 404 403 404 403
list_sessions                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
schedule_session                403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
edit_session                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
edit_session | pair             403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
cancel_session                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
cancel_session | pair           403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
edit_session | series           403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
preview_change                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
copy_session                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
copy_session | pair             403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_coaches                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
preview_series                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
schedule_series                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
get_series                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
get_series | pair               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
read_series                     ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
read_series | pair              ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_series_sessions | pair     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_invites                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_invites | pair             403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
write_invite_file               ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
write_invite_file | pair        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
make_feed                       ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
send_chat_test                  ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
remove_chat                     ok  404 404 404 ok  ok  404 404 404 404 404 404 404 404
get_inbox_item                  ok  404 404 404 404 404 404 404 404 404 404 404 404 404
mark_read                       ok  404 404 404 404 404 404 404 404 404 404 404 404 404
mark_all_read                   ok  404 404 404 404 404 404 404 404 404 404 404 404 404
list_attendance                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_attendance | pair          ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_changes                    ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_changes | pair             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
write_record                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
write_record | pair             403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
find_next_meeting               ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
find_next_meeting | pair        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
get_action                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
agree_action                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
agree_action | coach            404 404 404 404 404 404 403 404 404 404 404 403 404 403
agree_session_action            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
agree_session_action | pair     403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
edit_action                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
edit_action | coach             404 404 404 404 404 404 403 404 404 404 404 403 404 403
close_action                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
close_action | coach            404 404 404 404 404 404 403 404 404 404 404 403 404 403
agree_action | given            422 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
move_action                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
move_action | coach             404 404 404 404 404 404 403 404 404 404 404 403 404 403
list_action_changes             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
prepare_session                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
prepare_session | pair          403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_own_actions                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
reopen_action                   ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_member_actions             ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_session_actions            ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_session_actions | pair     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_open_at_start              ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_open_at_start | pair       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
get_note                        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
get_note | pair                 ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
get_note | coordinator          404 404 404 404 404 404 ok  404 404 404 404 ok  404 404
write_note                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
write_note | session            ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
write_note | cohort             ok  ok  404 404 404 404 ok  404 404 404 403 422 404 403
write_note | member elsewhere   404 404 404 404 404 403 404 404 404 403 404 404 403 403
write_note | session elsewhere  422 422 404 404 404 404 404 404 404 404 403 404 404 403
write_note | not their session  404 404 404 404 404 404 404 404 404 404 404 404 404 403
edit_note | of who left         403 404 404 404 404 404 404 404 404 404 404 404 404 404
change_class | of who left      ok  404 404 404 404 404 404 404 404 404 404 404 404 404
edit_note                       403 404 404 404 404 404 ok  404 404 404 404 403 404 404
remove_note                     403 404 404 404 404 404 ok  404 404 404 404 403 404 404
list_pair_coaches               ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
list_member_notes               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
list_session_notes              ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 403
list_session_notes | pair       ok  404 404 404 404 404 ok  404 404 404 404 ok  404 403
list_cohort_notes               ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 403
change_class                    ok  404 404 404 404 404 ok  404 404 404 404 403 404 404
get_change                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
list_note_changes               ok  404 404 404 404 404 ok  404 404 404 404 ok  404 404
answer_change                   ok  404 404 404 404 404 403 404 404 404 404 404 404 404
withdraw_change                 403 404 404 404 404 404 ok  404 404 404 404 404 404 404
hand_over_pair_notes            403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
find_code                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
open_code                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
close_code                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
mark_self                       ok  ok  422 422 422 422 403 422 422 422 403 403 422 403
mark_self | too often           403 403 403 403 403 403 403 403 403 403 403 403 403 403
list_remembered                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
forget_name                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
forget_name | elsewhere         403 403 404 404 404 404 404 404 404 404 403 404 404 404
reopen_row                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
mark_attendance                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
mark_attendance | pair          403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
answer_rsvps                    ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
answer_rsvps | pair             409 404 404 404 404 404 409 404 404 404 404 403 404 403
own_rsvp                        ok  ok  404 404 404 404 ok  404 404 404 ok  403 404 403
list_rsvps                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_rsvps | pair               403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_clashes                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_polls                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
read_open_polls                 ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
create_poll                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
get_poll                        ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
read_own                        ok  404 404 404 404 404 403 404 404 404 404 403 404 403
answer_poll                     ok  404 404 404 404 404 403 404 404 404 404 403 404 403
read_results                    403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
remind_invitees                 403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
edit_poll                       403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
close_poll                      403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
choose_slot                     403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
check_may_bring                 ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
receive_files                   ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
list_file_imports               ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
get_file_import                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_targets                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
plan_import                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
choose_runs                     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
ask_to_apply                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
undo_files                      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
cancel_files                    ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
preview_import                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
apply_import                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
get_batch                       403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_lines                      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_lines | none in doubt      403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_batches                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_candidates                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
set_aside_rows                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
add_row_member                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
add_row_member | pair           403 404 404 404 404 404 409 404 404 404 404 409 404 409
suggest_members                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
resolve_row                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
resolve_row | pair              403 404 404 404 404 404 ok  404 404 404 404 ok  404 ok
resolve_row | elsewhere         403 403 404 404 404 404 404 404 404 404 403 404 404 404
undo_import                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
preview_people                  403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
apply_people                    403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
get_people_import               403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_people_imports             403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
undo_people                     403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_projects                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
start_project                   ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
log_new_launch                  ok  ok  404 404 404 404 ok  404 404 404 403 ok  404 ok
log_new_launch | of a namesake  ok  409 404 404 404 404 ok  404 404 404 403 ok  404 ok
read_board                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_programme_projects         404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
list_cohort_names               404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
list_team_candidates            ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
list_edits                      ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
link_owner                      ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
amend_stage                     ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
take_back_stage                 ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
get_stage_change                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_served                     ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_servable                   ok  403 404 404 404 404 ok  404 404 404 403 403 404 403
serve_goal                      ok  403 404 404 404 404 ok  404 404 404 403 403 404 403
stop_serving                    ok  403 404 404 404 404 ok  404 404 404 403 403 404 403
edit_project                    ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
add_owner                       ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
change_stage                    ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
log_launch                      ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
log_launch | shared             ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
get_evidence                    ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
get_evidence | of a log         ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_evidence                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
count_evidence                  ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
list_own_entries                ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
add_link                        ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
add_file                        ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
retitle_evidence                ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
retitle_evidence | of a log     ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
open_evidence                   409 409 404 404 404 404 409 404 404 404 409 409 404 409
open_evidence | of a log        404 404 404 404 404 404 404 404 404 404 404 404 404 404
remove_evidence                 ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
remove_evidence | of a log      ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
add_reach                       ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
remove_owner                    ok  403 404 404 ok  404 ok  404 ok  404 403 ok  404 ok
correct_run                     ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
correct_reach                   ok  403 404 404 404 404 ok  404 404 404 403 ok  404 ok
confirm_reach                   403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
unconfirm_reach                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
run_reach                       ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
project_reach                   ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
cohort_reach                    ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
cohort_courses                  ok  ok  404 404 404 404 ok  404 404 404 ok  ok  404 ok
programme_reach                 404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
programme_courses               404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
find_asked_run                  ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
list_metrics                    ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
add_metric                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
edit_metric                     ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
end_metric                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
reopen_metric                   ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
list_observations               ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
record_observation              ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
correct_observation             ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
read_sheet                      ok  404 404 404 404 404 ok  404 404 404 404 404 404 404
add_metric | coach              404 404 404 404 404 404 403 404 404 404 404 404 404 404
edit_metric | coach             404 404 404 404 404 404 403 404 404 404 404 404 404 404
end_metric | coach              404 404 404 404 404 404 403 404 404 404 404 404 404 404
record_observation | coach      404 404 404 404 404 404 403 404 404 404 404 404 404 404
correct_observation | coach     404 404 404 404 404 404 403 404 404 404 404 404 404 404
import_observations             403 403 404 404 404 404 ok  404 404 404 403 403 404 403
list_skills                     404 404 404 404 404 404 ok  404 ok  404 404 ok  404 ok
assess_skills                   ok  404 404 404 404 404 403 404 404 404 404 403 404 403
assess_skills | coach           404 404 404 404 404 404 403 404 404 404 404 403 404 403
read_cohort_skills              403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
write_scale                     404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
add_skill                       404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
start_with_template             404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
edit_skill                      404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
retire_skill                    404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
bring_back_skill                404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
order_skills                    404 404 404 404 404 404 403 404 403 404 404 ok  404 ok
list_messages                   404 404 404 404 404 404 404 404 404 404 404 404 404 ok
get_message                     404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
leave_message                   404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
resend_message                  404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
scope_of_member                 ok  404 404 404 404 404 ok  404 404 404 404 ok  404 ok
scope_of_cohort                 403 403 404 404 404 404 ok  404 404 404 403 ok  404 ok
scope_of_programme              404 404 404 404 404 404 404 404 404 404 404 ok  404 ok
"""


@dataclass(frozen=True)
class Call:
    """A service, and what comes of it for each person."""

    act: Callable[[Scene], Any]
    expected: dict[str, str]

    @property
    def refused(self) -> dict[str, str]:
        return {who: wanted for who, wanted in self.expected.items() if wanted in {"403", "404"}}


CALLS = {row.name: Call(ACTS[row.name], row.expected) for row in read_table(TABLE)}
CALLS |= {name: Call(act, {"nobody": wanted}) for name, (act, wanted) in BY_NOBODY.items()}


def outcome(stage: Stage, name: str, who: str) -> str:
    """What comes of one call, of which nothing stays: `ok`, or the status that its refusal has at the edge."""
    person = stage.world.people.get(who)
    with Session(stage.engine) as session, stage.watched():
        actor = load_actor(session, session.get_one(Person, person.id)) if person is not None else None
        try:
            CALLS[name].act(Scene(session, stage.world, actor))
            session.flush()
        except tuple(STATUSES) as refusal:
            return STATUSES[type(refusal)]
    return "ok"


def test_every_call_has_a_row() -> None:
    assert CALLS.keys() == ACTS.keys() | BY_NOBODY.keys()


@pytest.mark.parametrize("name", CALLS)
def test_a_service_asks_for_itself(stage: Stage, name: str) -> None:
    expected = CALLS[name].expected
    assert {who: outcome(stage, name, who) for who in expected} == expected
