"""Why a message is not sent, in words for a coach, where several services come to the same reason."""

from __future__ import annotations

ANSWERED_BEFORE = "It was answered before the mail left."
COHORT_ARCHIVED = "The cohort was archived."
COHORT_PAUSED = "The cohort is paused."
HAS_LEFT = "The member has left the cohort."
IS_PAUSED = "The member is paused."
IS_SUSPENDED = "The account is suspended."
NO_MAIL_ADDRESS = "There is no e-mail address."
WANTS_NO_MORE = "They asked not to be asked about this cohort any more."
