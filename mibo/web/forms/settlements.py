"""The form by which a settlement report is read."""

from flask_wtf.file import FileField

from mibo.web.forms.base import InputForm


class ReportForm(InputForm):
    """The provider's report."""

    report = FileField(
        "Settlement report",
        description="As CSV, from Razorpay’s dashboard: Reports, Settlement recon. The same file may be read twice.",
    )
