"""The words the clinic describes its clinicians with (clinic.md 1.3). Data, and nothing but data."""

SPECIALISATIONS = (
    "Clinical Psychologist",
    "Psychiatrist",
    "Counselling Psychologist",
    "Clinical Hypnotherapist",
    "Consultant Psychiatrist",
    "Consultant Child and Adolescent Psychiatrist",
    "Therapist",
    "Counsellor",
    "Academic and Psychotherapist",
)

QUALIFICATIONS = (
    "MBBS", "MD", "DPM", "DNB", "DM", "M.Phil", "M.Sc", "MA", "PhD", "MRCPsych", "PDF", "PGDFM",
)  # fmt: skip

LANGUAGES = (
    "English", "Hindi", "Kannada", "Malayalam", "Tamil", "Telugu", "Marathi", "Bengali", "Gujarati", "Punjabi", "Odia",
    "Urdu", "Assamese",
)  # fmt: skip

EXPERTISE = (
    "Anxiety", "Depression", "Bipolar disorder", "OCD", "Panic attacks", "Phobias", "Social anxiety", "Trauma and PTSD",
    "EMDR", "Addiction", "De-addiction", "Alcohol use", "Internet and gaming", "Schizophrenia", "Psychosis",
    "Personality disorders", "Borderline personality", "Anger", "Stress", "Burnout", "Work and career", "Self-esteem",
    "Grief and loss", "Loneliness", "Relationships", "Couple therapy", "Marital therapy", "Family therapy", "Parenting",
    "Pre-marital counselling", "Divorce and separation", "Child psychiatry", "Child therapy", "Adolescent therapy",
    "ADHD", "Autism", "Learning difficulties", "School and exams", "Behaviour in children", "Geriatric psychiatry",
    "Dementia", "Perinatal mental health", "Women's mental health", "Men's mental health", "LGBTQ+ affirmative therapy",
    "Sexual health", "Sleep", "Eating disorders", "Body image", "Chronic illness and pain", "Psychosomatic complaints",
    "Headache", "Suicidal thoughts", "Self-harm", "Emergency psychiatry", "Psychological assessments",
    "IQ and aptitude tests", "CBT", "DBT", "ACT", "Schema therapy", "Mindfulness", "Hypnotherapy", "Group therapy",
    "Play therapy", "Art therapy", "Medication review",
)  # fmt: skip
