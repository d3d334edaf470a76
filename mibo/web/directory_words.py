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
EXPERTISE = (
    phrase("Anxiety"), phrase("Depression"), phrase("Bipolar disorder"), phrase("OCD"), phrase("Panic attacks"),
    phrase("Phobias"), phrase("Social anxiety"), phrase("Trauma and PTSD"), phrase("EMDR"), phrase("Addiction"),
    phrase("De-addiction"), phrase("Alcohol use"), phrase("Internet and gaming"), phrase("Schizophrenia"),
    phrase("Psychosis"), phrase("Personality disorders"), phrase("Borderline personality"), phrase("Anger"),
    phrase("Stress"), phrase("Burnout"), phrase("Work and career"), phrase("Self-esteem"), phrase("Grief and loss"),
    phrase("Loneliness"), phrase("Relationships"), phrase("Couple therapy"), phrase("Marital therapy"),
    phrase("Family therapy"), phrase("Parenting"), phrase("Pre-marital counselling"),
    phrase("Divorce and separation"), phrase("Child psychiatry"), phrase("Child therapy"),
    phrase("Adolescent therapy"), phrase("ADHD"), phrase("Autism"), phrase("Learning difficulties"),
    phrase("School and exams"), phrase("Behaviour in children"), phrase("Geriatric psychiatry"), phrase("Dementia"),
    phrase("Perinatal mental health"), phrase("Women's mental health"), phrase("Men's mental health"),
    phrase("LGBTQ+ affirmative therapy"), phrase("Sexual health"), phrase("Sleep"), phrase("Eating disorders"),
    phrase("Body image"), phrase("Chronic illness and pain"), phrase("Psychosomatic complaints"), phrase("Headache"),
    phrase("Suicidal thoughts"), phrase("Self-harm"), phrase("Emergency psychiatry"),
    phrase("Psychological assessments"), phrase("IQ and aptitude tests"), phrase("CBT"), phrase("DBT"),
    phrase("ACT"), phrase("Schema therapy"), phrase("Mindfulness"), phrase("Hypnotherapy"), phrase("Group therapy"),
    phrase("Play therapy"), phrase("Art therapy"), phrase("Medication review"),
)  # fmt: skip
