"""How long a receipt takes to be drawn as a PDF, the first of a process and all others: `python -m bench.receipts`.

Needs neither a database nor anything else. Names in nine scripts, long ones and tax lines included. Figures stand in
docs/performance.md.
"""

import resource
import statistics
import time
from datetime import UTC, date, datetime

NAMES = (
    "Asha Menon", "ശ്രീലക്ഷ്മി കൃഷ്ണൻ", "श्रीमती लक्ष्मी कुलकर्णी", "ಶ್ರೀಲಕ್ಷ್ಮಿ ಕೃಷ್ಣಮೂರ್ತಿ", "ஸ்ரீலக்ஷ்மி கிருஷ்ணன்", "శ్రీలక్ష్మి కృష్ణమూర్తి",
    "শ্রীলক্ষ্মী বন্দ্যোপাধ্যায়", "શ્રીલક્ષ્મી પટેલ", "ਸ੍ਰੀਲਕਸ਼ਮੀ ਕੌਰ", "Venkatanarasimharajuvaripeta " * 6,
)  # fmt: skip
ROUNDS = 30


def main() -> None:
    """Draw each of them, and all of them again and again."""
    from mibo.payments import Receipt
    from mibo.web.receipt_paper import paper_of
    from mibo.web.receipt_pdf import pdf_of

    def drawn(name: str) -> float:
        one = Receipt(
            kind="INVOICE", code="KOC/T2627/00412", content=_content(name), total_paise=170_000,
            issued_on=date(2026, 11, 24), issued_at=datetime(2026, 11, 24, tzinfo=UTC),
        )  # fmt: skip
        began = time.perf_counter()
        size = len(pdf_of(paper_of(one), one))
        assert 10_000 < size < 60_000, size
        return (time.perf_counter() - began) * 1000

    before, cpu = _peak_mb(), time.process_time()
    first = drawn(NAMES[0])
    times = sorted(drawn(name) for _ in range(ROUNDS) for name in NAMES)
    own = (time.process_time() - cpu) * 1000 / (len(times) + 1)
    p95 = times[int(len(times) * 0.95)]
    rest = f"p50 {statistics.median(times):.1f}, p95 {p95:.1f}, most {times[-1]:.1f} ms"
    print(f"the first {first:.0f} ms; then {rest}; {own:.1f} ms of CPU each")
    print(f"{_peak_mb() - before:.0f} MB more at the peak after {len(times)} receipts")


def _content(name: str) -> dict[str, object]:
    line = {"sac": "999312", "rate_bp": 1800}
    return {
        "issuer": {
            "name": "Mibo Care Private Limited", "centre": "Mibo Kochi", "phone": "+914844001202",
            "gstin": "32AAACM0000A1Z5", "address": "41/1187, Paliam Cross Road, Ernakulam South, Kochi 682016",
        },
        "patient": {"name": name, "mrn": "MRN-2026-00042"},
        "clinician": {
            "name": "Dr. Anita Kurian", "title": None, "qualifications": ["M.Phil"], "registration_number": "RCI-1001",
        },
        "visit": {"reference": "MB-7F3K", "on": "2026-11-24", "mode": "ONLINE"},
        "lines": [
            {**line, "about": "consultation", "words": "Consultation", "paise": 160_000},
            {**line, "about": "registration", "words": "Registration, once", "paise": 10_000},
        ],
        "taxes": [{"rate_bp": 1800, "taxable_paise": 144_068, "half_paise": 12_966}],
        "paid": [{"method": "UPI", "paise": 170_000, "reference": "412345678901"}], "paid_on": "2026-11-24",
    }  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
