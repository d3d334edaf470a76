"""The clinicians of the demo clinic, all invented, and the weeks they keep."""

from dataclasses import dataclass
from typing import NamedTuple

IN_PERSON, ONLINE, BOTH = "IN_PERSON", "ONLINE", "BOTH"
SUN, MON, TUE, WED, THU, FRI, SAT = range(7)
WORKING_WEEK = (MON, TUE, WED, THU, FRI)


class Shift(NamedTuple):
    """Hours kept on some weekdays, on the clinic's clock."""

    weekdays: tuple[int, ...]
    opens: int
    closes: int


def _day(weekdays: tuple[int, ...], opens: int, closes: int) -> tuple[Shift, Shift]:
    """A day with its lunch from one to two."""
    return Shift(weekdays, opens, 13), Shift(weekdays, 14, closes)


WEEKS: dict[str, tuple[Shift, ...]] = {
    "working week": _day(WORKING_WEEK, 9, 18),
    "with Saturdays": (*_day(WORKING_WEEK, 9, 18), Shift((SAT,), 10, 14)),
    "from ten": (*_day(WORKING_WEEK, 10, 17), Shift((SAT,), 10, 14)),
    "evenings": (Shift(WORKING_WEEK, 11, 13), Shift(WORKING_WEEK, 14, 20)),
    "Sundays too": (*_day((TUE, WED, THU, FRI), 9, 18), Shift((SUN,), 10, 14)),
    "three days": _day((MON, WED, FRI), 9, 18),
    "two days": _day((TUE, THU), 9, 17),
    "mornings": (Shift(WORKING_WEEK, 9, 12),),
    "six days": (*_day((MON, TUE, WED, THU, FRI), 9, 18), Shift((SAT, SUN), 10, 13)),
    "nights": (Shift((FRI, SAT), 22, 23),),
}


class Also(NamedTuple):
    """A second centre, where the clinician keeps other hours."""

    city: str
    shift: Shift
    mode: str


@dataclass(frozen=True)
class Profile:
    """What a clinician tells about themselves. `one_by_one`: a row of hours for every slot, ten minutes between them."""

    name: str
    city: str
    kind: str
    title: str
    years: int
    rupees: int | None
    languages: str
    registration: str
    expertise: str
    bio: str
    week: str = "working week"
    minutes: int = 50
    modes: tuple[str, ...] = (IN_PERSON, ONLINE)
    also: Also | None = None
    active: bool = True

    @property
    def one_by_one(self) -> bool:
        return self.minutes == 50


# specialisations and qualifications by kind
TRAINING: dict[str, tuple[list[str], list[str]]] = {
    "psychiatrist": (["Consultant Psychiatrist", "Psychiatrist"], ["MBBS", "MD"]),
    "child psychiatrist": (["Consultant Child and Adolescent Psychiatrist", "Psychiatrist"], ["MBBS", "DPM", "DNB"]),
    "head": (["Consultant Psychiatrist", "Psychiatrist"], ["MBBS", "MD", "MRCPsych"]),
    "clinical psychologist": (["Clinical Psychologist"], ["MA", "M.Phil"]),
    "senior psychologist": (["Clinical Psychologist", "Academic and Psychotherapist"], ["M.Sc", "M.Phil", "PhD"]),
    "counselling psychologist": (["Counselling Psychologist", "Counsellor"], ["M.Sc"]),
    "counsellor": (["Counsellor"], ["MA"]),
    "therapist": (["Therapist"], ["MA", "M.Sc"]),
    "hypnotherapist": (["Clinical Hypnotherapist", "Therapist"], ["M.Sc", "PGDFM"]),
}

ROSTER = (
    Profile(
        "Dr. Anita Kurian", "Kochi", "senior psychologist", "Senior Clinical Psychologist", 12, 1600,
        "English, Malayalam, Hindi", "RCI/CRR/A-20417", "Anxiety, Depression, OCD, CBT, Psychological assessments",
        "Anita works with adults who live with anxiety and low mood. She likes clear goals and short homework. "
        "She supervises the trainees at Kochi.",
        week="with Saturdays",
    ),
    Profile(
        "Dr. Latha Varma", "Kochi", "psychiatrist", "Consultant Psychiatrist", 14, 2000, "English, Malayalam, Tamil",
        "TCMC-38214", "Bipolar disorder, Depression, Schizophrenia, Sleep Disorders, Geriatric psychiatry",
        "Latha sees adults and older people. She explains every medicine before she writes it down.",
        minutes=30,
    ),
    Profile(
        "Ms. Fathima Ali", "Kochi", "counsellor", "Counsellor", 4, 1200, "English, Malayalam, Urdu",
        "RCI/CRR/A-61190", "Grief, Stress, Work Stress, Young Adults, Self-esteem",
        "Fathima counsels students and young professionals by video. People say that she listens first.",
        week="from ten", modes=(ONLINE,),
    ),
    Profile(
        "Mr. Oommen Babu", "Kochi", "therapist", "Couple and Family Therapist", 9, 1500, "English, Malayalam, Kannada",
        "RCI/CRR/A-33872", "Couples, Family Work, Parenting, Communication, Grief",
        "Oommen sees couples and whole families. On Saturdays he does so at Bengaluru.",
        week="evenings", also=Also("Bengaluru", Shift((SAT,), 10, 14), IN_PERSON),
    ),
    Profile(
        "Dr. George Tharakan", "Kochi", "head", "Head of Department, Psychiatry", 15, 2500,
        "English, Malayalam, Tamil, Hindi", "TCMC-29903",
        "De-addiction, Addiction, Emergency psychiatry, Depression, Bipolar disorder",
        "George leads psychiatry at Kochi and is on call for emergencies. His interest is life after addiction.",
        week="three days", minutes=30,
    ),
    Profile(
        "Ms. Neethu Nambiar", "Kochi", "clinical psychologist", "Clinical Psychologist", 5, 1500,
        "English, Malayalam, Hindi", "RCI/CRR/A-55026", "Adolescents, Anxiety, Trauma, EMDR, DBT",
        "Neethu works with teenagers and with adults after hard times. She offers EMDR and DBT skills groups, and takes turns "
        "with the emergencies of the night.",
        week="Sundays too", minutes=45,
    ),
    Profile(
        "Dr. Raghav Kulkarni", "Bengaluru", "head", "Medical Director", 15, 3000, "English, Hindi, Kannada, Marathi",
        "KMC-61023", "Treatment-resistant Depression, Bipolar disorder, Emergency psychiatry, Second Opinions",
        "Raghav founded the Bengaluru centre. He sees people for second opinions and takes his time over them.",
        week="two days", also=Also("Kochi", Shift((WED,), 16, 18), ONLINE),
    ),
    Profile(
        "Dr. Harini Subramaniam", "Bengaluru", "senior psychologist", "Senior Clinical Psychologist", 11, 2000,
        "English, Tamil, Kannada", "RCI/CRR/A-21558", "OCD, Panic, Phobias, ERP, ACT",
        "Harini treats OCD with exposure work, in person at Bengaluru and by video for Mumbai.",
        week="mornings", minutes=60, also=Also("Mumbai", Shift(WORKING_WEEK, 12, 15), ONLINE),
    ),
    Profile(
        "Dr. Zubin Contractor", "Bengaluru", "psychiatrist", "Emergency Psychiatrist", 8, 1800,
        "English, Hindi, Gujarati", "KMC-77310", "Emergency psychiatry, Crisis, Self-harm, Sleep Disorders",
        "Zubin keeps the late hours by video, for the nights that cannot wait.",
        week="nights", minutes=30, modes=(ONLINE,),
    ),
    Profile(
        "Dr. Spoorthi Shetty", "Bengaluru", "child psychiatrist", "Consultant Child and Adolescent Psychiatrist", 10,
        2200, "English, Kannada, Hindi", "KMC-70418", "Child psychiatry, ADHD, Autism, School Refusal, Adolescents",
        "Spoorthi sees children from six years on, always with a parent for the first half hour.",
        week="with Saturdays", minutes=45,
    ),
    Profile(
        "Ms. Pallavi Hegde", "Bengaluru", "clinical psychologist", "Clinical Psychologist", 6, 1600,
        "English, Kannada, Hindi", "RCI/CRR/A-48811", "Depression, Anxiety, CBT, Work Stress, Perinatal Care",
        "Pallavi works with new parents and with people who are tired of being tired.",
    ),
    Profile(
        "Mr. Chetan Bhat", "Bengaluru", "clinical psychologist", "Clinical Psychologist", 4, 1500,
        "English, Kannada", "RCI/CRR/A-59934", "Psychological assessments, ADHD, Learning difficulties, Memory",
        "Chetan does assessments and explains what the numbers mean for the week ahead.",
        week="three days",
    ),
    Profile(
        "Ms. Lavanya Reddy", "Bengaluru", "counselling psychologist", "Counselling Psychologist", 3, 1200,
        "English, Telugu, Hindi", "RCI/CRR/A-66207", "LGBTQ+, Relationships, Self-esteem, Young Adults",
        "Lavanya offers a place where nothing has to be explained twice.",
        week="evenings",
    ),
    Profile(
        "Ms. Ritika Banerjee", "Bengaluru", "therapist", "Therapist", 7, 1500, "English, Bengali, Hindi",
        "RCI/CRR/A-41276", "Schema therapy, Trauma, Eating disorders, Body image",
        "Ritika works slowly and long, mostly with old hurts. She trained in schema therapy.",
        week="Sundays too",
    ),
    Profile(
        "Mr. Vignesh Raman", "Bengaluru", "counsellor", "De-addiction Counsellor", 6, 1000, "English, Tamil, Telugu",
        "RCI/CRR/A-45530", "Addiction, De-addiction, Relapse Prevention, Family Work",
        "Vignesh walks with people who want to stop, and with those who are not sure yet.",
        week="with Saturdays", minutes=45,
    ),
    Profile(
        "Dr. Prakash Murthy", "Bengaluru", "psychiatrist", "Consultant Psychiatrist", 9, 2000, "English, Kannada, Telugu",
        "KMC-73952", "Depression, Anxiety, Geriatric psychiatry, Memory",
        "Prakash sees adults and their ageing parents, if they like on the same afternoon.",
        minutes=30,
    ),
    Profile(
        "Dr. Simran Bhatia", "Bengaluru", "psychiatrist", "Consultant Psychiatrist", 5, 1800, "English, Hindi, Punjabi",
        "KMC-84127", "Perinatal Care, Anxiety, Sleep Disorders, ADHD",
        "Simran cares for people before and after a birth, and for those who do not sleep.",
        week="three days", minutes=30,
    ),
    Profile(
        "Ms. Kirti Mishra", "Bengaluru", "counselling psychologist", "Counselling Psychologist", 2, 1000,
        "English, Hindi, Odia", "RCI/CRR/A-70583", "Exam Stress, Young Adults, Loneliness, Career",
        "Kirti counsels students, mostly by video between two lectures.",
        week="from ten", modes=(ONLINE,),
    ),
    Profile(
        "Mr. Salim Basheer", "Bengaluru", "hypnotherapist", "Clinical Hypnotherapist", 8, 1700,
        "English, Malayalam, Urdu", "RCI/CRR/A-38095", "Hypnotherapy, Pain, Phobias, Smoking",
        "Salim uses hypnosis for pain and for fears, after a plain talk about what it can and cannot do.",
        week="two days", minutes=60, modes=(IN_PERSON,),
    ),
    Profile(
        "Ms. Dipika Das", "Bengaluru", "clinical psychologist", "Clinical Psychologist", 1, 1500,
        "English, Assamese, Hindi", "RCI/CRR/A-74419", "Anxiety, CBT, Mindfulness",
        "Dipika joined this year and has places free.",
        week="two days",
    ),
    Profile(
        "Ms. Shilpa Gowda", "Bengaluru", "therapist", "Family Therapist", 3, None, "English, Kannada",
        "RCI/CRR/A-63348", "Family Work, Parenting, Adolescents",
        "Shilpa joins soon. Her fee is still to be set.",
        week="mornings",
    ),
    Profile(
        "Mr. Anirban Sen", "Bengaluru", "counsellor", "Counsellor", 5, 1200, "English, Bengali, Hindi",
        "RCI/CRR/A-52761", "Grief, Stress, Anger, Men's mental health",
        "Anirban is away for a year of study.",
        week="working week", active=False,
    ),
    Profile(
        "Dr. Snehal Deshmukh", "Mumbai", "senior psychologist", "Senior Clinical Psychologist", 13, 2200,
        "English, Marathi, Hindi, Gujarati", "RCI/CRR/A-19862", "Depression, Trauma, EMDR, Couples, Grief",
        "Snehal opened the Mumbai rooms and keeps them homely. She works with adults and couples.",
        week="six days",
    ),
)  # fmt: skip
