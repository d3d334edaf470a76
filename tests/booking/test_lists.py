"""Lists of appointments: every filter against a plain-Python oracle, paging that neither skips nor repeats, and scope."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from mibo import clock, db
from mibo.booking import Appointment, Status, lists, seeking
from mibo.booking.lists import ListWish
from mibo.clinics import Centre
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Payment
from mibo.people import Clinician, Patient
from tests import make
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("database")

SOURCES = ("WEB_PATIENT", "FRONT_DESK", "MANAGER")


@dataclass
class Row:
    """What the oracle knows of an appointment."""

    id: int
    reference: str
    patient: Patient
    clinician: Clinician
    centre: Centre
    starts_at: datetime
    created_at: datetime
    status: Status
    source: str
    payment: str


class World:
    """Two centres, three clinicians, four patients, and appointments in every state over ten days."""

    def __init__(self) -> None:
        with db.transaction() as session:
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi, self.mumbai)
            self.ravi = make.clinician(self.mumbai, name="Dr. Ravi Nair")
            self.tara = make.clinician(self.kochi, name="Dr. Tara Asha Bose")
            self.patients = [
                make.patient("Asha Menon", phone="+919876543210"), make.patient("Anita Rao", phone="+919876500099"),
                make.patient("Farah Khan"), make.patient("Asha 100% Pillai"),
            ]  # fmt: skip
            self.patients[2].mrn = "K-00418"
            self.desk = make.staff(Role.FRONT_DESK, self.kochi)
            session.flush()
            self.talking: set[Clinician] = set()
            self.rows = [self._row(n) for n in range(36)]
            for row in self.rows:
                session.execute(
                    update(Appointment).where(Appointment.id == row.id)
                    .values(created_at=row.created_at, source=row.source)
                )  # fmt: skip
        self.manager = make.actor(self.desk, Role.MANAGER)

    def _row(self, n: int) -> Row:
        who, (clinician, centre) = self.patients[n % 4], self._with(n)
        day = clock.today() + timedelta(days=n % 10 - 5)
        starts = clock.instant(day, datetime.min.time()) + timedelta(hours=n // 2, minutes=(n % 2) * 30)
        status = list(Status)[n % 8]
        if status == Status.IN_PROGRESS and clinician in self.talking:  # nobody holds two at once
            status = Status.COMPLETED
        self.talking |= {clinician} if status == Status.IN_PROGRESS else set()
        over = n % 16 == 0
        made = make.appointment(who, clinician, centre, starts, status=status, minutes=15)
        if over:
            made.held_until = clock.now() - timedelta(minutes=1)
        payment = db.session().get_one(Payment, made.payment_id)
        shown = Status.EXPIRED if over and status == Status.PENDING else status
        created = clock.now() - timedelta(minutes=n // 3)
        return Row(
            made.id, made.reference, who, clinician, centre, starts, created, shown, SOURCES[n % 3], payment.status
        )

    def _with(self, n: int) -> tuple[Clinician, Centre]:
        places = [
            (self.anita, self.kochi),
            (self.ravi, self.mumbai),
            (self.tara, self.kochi),
            (self.anita, self.mumbai),
        ]
        return places[(n // 4) % 4]


@pytest.fixture
def world() -> World:
    return World()


def fits(row: Row, wish: ListWish) -> bool:
    """The filters, said again in plain Python."""
    now, day = clock.now(), clock.clinic_day(row.starts_at)
    span = {"today": day == clock.clinic_day(now), "upcoming": row.starts_at >= now, "past": row.starts_at < now}
    return all((
        span.get(wish.span, True),
        wish.first is None or day >= wish.first,
        wish.last is None or day <= wish.last,
        wish.centre_id in (None, row.centre.id),
        wish.clinician_id in (None, row.clinician.id),
        wish.patient_id in (None, row.patient.id),
        not wish.states or row.status in wish.states,
        wish.source in ("", row.source),
        wish.payment in ("", row.payment),
        not wish.typed or is_meant(row, wish.typed),
    ))  # fmt: skip


def is_meant(row: Row, typed: str) -> bool:
    words = typed.lower().split()
    digits = "".join(ch for ch in typed if ch.isdigit())
    number = digits and not any(ch.isalpha() for ch in typed)
    named = [all(word in name.lower() for word in words) for name in (row.patient.full_name, row.clinician.full_name)]
    signs = "".join(ch for ch in typed.upper() if ch.isalnum()).removeprefix("MB")
    return (
        (bool(number) and row.patient.phone.endswith(digits))
        or (not number and named[0])
        or named[1]
        or ((row.patient.mrn or "").lower().startswith(typed.lower()) and bool(row.patient.mrn))
        or row.reference == f"MB-{signs}"
    )


def in_order(rows: Sequence[Row], order: str) -> list[int]:
    def key(row: Row) -> tuple[datetime, int]:
        return (row.created_at if order.endswith("booked") else row.starts_at, row.id)

    return [row.id for row in sorted(rows, key=key, reverse=order.startswith("-"))]


def walked(wish: ListWish, by: Actor, size: int) -> list[int]:
    """Every id of the list, page after page."""
    seen: list[int] = []
    place = None
    while True:
        with db.reading():
            page = lists.page(wish, by=by, place=place, size=size)
        seen += [row.id for row in page.rows]
        place = page.after
        if place is None:
            return seen


DAYS = st.one_of(st.none(), st.integers(-6, 6).map(lambda n: clock.today() + timedelta(days=n)))
TYPED = st.sampled_from(["", "", "asha", "ASHA  men", "anita", "3210", "98765 43210", "k-004", "100%", "nobody at all"])


@st.composite
def wishes(draw: st.DrawFn, world: World) -> ListWish:
    def of(*choices: object) -> st.SearchStrategy[object]:
        return st.sampled_from([None, None, *choices])

    return ListWish(
        typed=draw(TYPED),
        centre_id=draw(of(world.kochi.id, world.mumbai.id, 1)),
        clinician_id=draw(of(world.anita.id, world.ravi.id)),
        patient_id=draw(of(world.patients[0].id)),
        states=draw(st.frozensets(st.sampled_from(list(Status)), max_size=2)),
        source=draw(st.sampled_from(["", "", *SOURCES])),
        payment=draw(st.sampled_from(["", "", "PAID", "PENDING"])),
        span=draw(st.sampled_from(lists.SPANS)),
        first=draw(DAYS),
        last=draw(DAYS),
        order=draw(st.sampled_from(lists.ORDERS)),
    )  # type: ignore[arg-type]


def test_every_combination_of_filters_finds_what_plain_python_finds(world: World) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        wish = data.draw(wishes(world))
        expected = [row for row in world.rows if fits(row, wish)]
        assert walked(wish, world.manager, 7) == in_order(expected, wish.order)
        with db.reading():
            page = lists.page(wish, by=world.manager, size=100)
            every = lists.every(wish, by=world.manager, limit=1000)
        assert [row.id for row in page.rows] == [row.id for row in every] == in_order(expected, wish.order)
        bare = ListWish(typed=wish.typed) if wish.typed else ListWish(span=wish.span, first=wish.first, last=wish.last)
        assert (page.total, page.hidden) == (len(expected), sum(fits(row, bare) for row in world.rows) - len(expected))

    ask()


@pytest.mark.parametrize("order", lists.ORDERS)
def test_back_is_the_way_one_came(world: World, order: str) -> None:
    wish, places, seen = ListWish(order=order), [None], []
    with db.reading():
        while places[-1] or not seen:
            page = lists.page(wish, by=world.manager, place=places[-1], size=10)
            seen.append([row.id for row in page.rows])
            places.append(page.after)
        for earlier in reversed(seen[:-1]):
            page = lists.page(wish, by=world.manager, place=page.before, size=10)
            assert [row.id for row in page.rows] == earlier
        assert page.before is None


@pytest.mark.parametrize("order", lists.ORDERS)
def test_paging_neither_skips_nor_repeats_while_others_are_booked(world: World, order: str) -> None:
    wish, seen, place = ListWish(order=order), [], None
    for n in range(50):
        with db.reading():
            page = lists.page(wish, by=world.manager, place=place, size=5)
        seen += [row.id for row in page.rows]
        place = page.after
        if place is None:
            break
        with db.transaction():
            day = clock.today() + timedelta(days=n % 10 - 5)
            make.appointment(make.patient(f"New {n}"), world.ravi, world.mumbai,
                             clock.instant(day, datetime.min.time()) + timedelta(hours=20, minutes=n))  # fmt: skip
    else:
        pytest.fail("it never ends")
    old = [row.id for row in world.rows]
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in set(old)] == in_order(world.rows, order)


def test_the_three_standing_people_see_their_own_the_centres_and_all(world: World) -> None:
    desk = make.actor(world.desk, Role.FRONT_DESK, centres=(world.kochi,))
    hers = make.actor(world.desk, Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita)
    nowhere = make.actor(world.desk, Role.FRONT_DESK)
    own = make.actor(world.patients[0])
    expected = {
        world.manager: world.rows,
        desk: [row for row in world.rows if row.centre is world.kochi],
        hers: [row for row in world.rows if row.clinician is world.anita],
        nowhere: [],
        own: [row for row in world.rows if row.patient is world.patients[0]],
    }
    for by, rows in expected.items():
        assert walked(ListWish(), by, 100) == in_order(rows, "-starts")
        assert walked(ListWish(centre_id=world.mumbai.id), by, 100) == in_order(
            [row for row in rows if row.centre is world.mumbai], "-starts"
        )
        with db.reading():
            assert lists.page(ListWish(typed="asha", span="today"), by=by).total <= len(rows)
            assert lists.how_many(ListWish(), by=by) == len(rows)
            assert [one.id for one in lists.appointments(ListWish(), by=by)] == in_order(rows, "-starts")


@pytest.mark.parametrize(("typed", "at_most"), [("", 2), ("asha", 3)])
def test_a_page_takes_the_same_few_statements_however_many_there_are(world: World, typed: str, at_most: int) -> None:
    for size in (1, 30):
        with db.reading(), statements() as asked:
            lists.page(ListWish(typed=typed, states=frozenset({Status.CONFIRMED})), by=world.manager, size=size)
        assert len(asked) <= at_most


def test_a_name_that_very_many_have_is_found_as_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "NAMED_AT_MOST", 1)
    for typed in ("asha", "a"):
        wish = ListWish(typed=typed, order="starts")
        assert walked(wish, world.manager, 4) == in_order([row for row in world.rows if fits(row, wish)], "starts")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("mb-7f3k", "MB-7F3K"), ("MB 7F3K", "MB-7F3K"), ("7f3k", "MB-7F3K"), ("ravi", ""), ("7f3", ""), ("", "")],
)
def test_a_reference_is_read_however_it_is_typed(typed: str, meant: str) -> None:
    assert seeking.reference_in(typed) == meant


def test_one_reference_finds_one_appointment(world: World) -> None:
    row = world.rows[5]
    assert walked(ListWish(typed=row.reference.lower()), world.manager, 5) == [row.id]


def test_midnight_is_the_clinics(world: World) -> None:
    day = date(2031, 4, 7)
    with db.transaction():
        early = make.appointment(make.patient("E"), world.ravi, world.mumbai, make.at("00:30", day), minutes=15)
        late = make.appointment(make.patient("L"), world.ravi, world.mumbai, make.at("23:30", day), minutes=15)
    wish = ListWish(first=day, last=day, order="starts")
    assert walked(wish, world.manager, 5) == [early.id, late.id]
    for other in (day - timedelta(days=1), day + timedelta(days=1)):
        assert walked(replace(wish, first=other, last=other), world.manager, 5) == []
