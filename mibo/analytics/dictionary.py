"""Pure: what each figure means, in words that whoever reads it can hold it to. Pages show this table and nothing else (P20)."""

from dataclasses import dataclass

ZONE_WORDS = "Days are the clinic's, in Indian time (IST)."


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: what is counted, what is not, and where it is read from. `good` is the direction one hopes for."""

    key: str
    name: str
    means: str
    leaves_out: str
    tables: str
    good: int = 1


_ALL = (
    Metric(
        "patients", "Patients seen",
        "People with at least one visit in these days that took place (completed). Each person counts once, however often they came.",
        "Visits that were missed, cancelled, or not closed yet.", "appointment",
    ),
    Metric(
        "new_patients", "New patients",
        "People whose first completed visit anywhere in the clinic lies in these days. Each counts once ever, at the centre of"
        " that visit.",
        "People who registered or booked and have not been seen yet. Two records that were merged are one person.",
        "appointment",
    ),
    Metric(
        "kept", "Visits that took place", "Visits that began in these days and were completed.",
        "Visits that were missed or cancelled, and those nobody has closed yet.", "appointment",
    ),
    Metric(
        "missed", "No-shows", "Visits of these days that were marked as no-show.",
        "Cancelled visits, however late they were cancelled.", "appointment", -1,
    ),
    Metric(
        "no_shows", "No-show rate",
        "No-shows of all visits that were completed or missed. The range beside it holds the true rate in 95 cases of 100"
        " (Wilson's interval); of fewer than 5 visits no rate is told.",
        "Cancelled visits, and those nobody has closed yet.", "appointment", -1,
    ),
    Metric(
        "clinicians", "Active clinicians", "Clinicians who completed at least one visit in these days.",
        "Clinicians with visits booked but none completed.", "appointment, clinician",
    ),
    Metric(
        "follow_ups", "Follow-ups booked",
        "Follow-ups that a clinician recommended and that were turned into a booking in these days, whenever the visit is.",
        "Bookings that were cancelled or ran out since, and visits that merely carry the type “follow-up”.",
        "follow_up, appointment",
    ),
    Metric(
        "revenue", "Revenue",
        "Money that came in these days, less what of this very money has gone back since. A refund counts on the day on"
        " which the money had come, so a past day can still fall. The same sum as on Takings.",
        "Money that was asked for and not paid; refunds that are decided but have not gone out. GST is not taken off.",
        "attempt, refund, appointment",
    ),
    Metric(
        "fill", "Fill rate",
        "Booked minutes of offered minutes. Offered are the weekly hours and extra openings, less time off and holidays;"
        " booked is what of these minutes a visit covers that is confirmed, took place or was missed.",
        "Visits outside the hours, unpaid holds, cancelled visits. Two visits at the same time count once. Hours of somebody who"
        " has left count until their last visit.",
        "weekly_hours, time_block, holiday, appointment",
    ),
    Metric(
        "lead_time", "Lead time", "How many days lie between booking and visit, on average, of the visits in these days.",
        "Walk-ins, the later visits of a series, cancelled visits and unpaid holds. A visit that was moved counts with the day"
        " on which it was first booked.",
        "appointment", -1,
    ),
    Metric(
        "waiting", "Waiting time",
        "Minutes from being checked in to the start of the consultation, on average. Who is called early has waited 0 minutes.",
        "Visits whose arrival or start nobody noted; online visits have no arrival.", "appointment", -1,
    ),
    Metric(
        "late_starts", "Began late",
        "Visits that began more than 15 minutes after the booked time, or after the patient came if that was later, of those"
        " with a waiting time.",
        "Visits whose arrival or start nobody noted.", "appointment", -1,
    ),
    Metric(
        "next_free", "Next free time",
        "How many days from today until a patient could book a time with each clinician, as the website would offer it.",
        "Times that only the desk may give. It is as of now, not of the days chosen.",
        "weekly_hours, time_block, holiday, appointment", -1,
    ),
    Metric(
        "reminders", "Reminders and no-shows",
        "The no-show rate of visits whose reminder arrived on the patient's phone before the start, beside that of visits"
        " without one. Both are of visits booked at least 24 hours ahead.",
        "Reminders for a former time of a visit that was moved; visits booked at short notice, for which no reminder was due.",
        "appointment, message",
    ),
    Metric(
        "leads", "Leads by source",
        "New people by the way they came: an enquiry counts when it is made; who never enquired counts with their first booking.",
        "Bookings that ran out unpaid. Somebody counts once.", "enquiry, appointment, patient_origin",
    ),
    Metric(
        "top", "People per clinician",
        "People whom a clinician saw in these days, each counted once for each clinician; so the clinicians together can come to"
        " more than Patients seen.",
        "Visits that were missed, cancelled, or not closed yet.", "appointment, clinician",
    ),
)  # fmt: skip

METRICS = {one.key: one for one in _ALL}
