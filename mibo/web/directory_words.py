"""The clinic's own lists (mibo/people/vocabulary.py), marked for the translators: a page says `{{ word|put }}`."""

from mibo.phrases import phrase

SPECIALISATIONS = (
    phrase("Clinical Psychologist"), phrase("Psychiatrist"), phrase("Counselling Psychologist"),
    phrase("Clinical Hypnotherapist"), phrase("Consultant Psychiatrist"),
    phrase("Consultant Child and Adolescent Psychiatrist"), phrase("Therapist"), phrase("Counsellor"),
    phrase("Academic and Psychotherapist"),
)  # fmt: skip
LANGUAGES = (
    phrase("English"), phrase("Hindi"), phrase("Kannada"), phrase("Malayalam"), phrase("Tamil"), phrase("Telugu"),
    phrase("Marathi"), phrase("Bengali"), phrase("Gujarati"), phrase("Punjabi"), phrase("Odia"), phrase("Urdu"),
    phrase("Assamese"),
)  # fmt: skip
