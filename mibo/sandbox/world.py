"""Everything one sandbox remembers. Nothing of it outlives the process."""

from mibo.sandbox.calls import Calls
from mibo.sandbox.courier import Courier
from mibo.sandbox.diary import Diary
from mibo.sandbox.entity import Entity, new_id
from mibo.sandbox.faults import Faults
from mibo.sandbox.ledger import Ledger
from mibo.sandbox.mailbox import Mailbox, Message
from mibo.sandbox.options import Options
from mibo.sandbox.webhooks import Webhooks


class World:
    """The providers' side of the world: money, messages, calendar, and the webhooks on their way."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.faults = Faults()
        self.calls = Calls()
        self.mailbox = Mailbox()
        self.courier = Courier(options.retries_after)
        self.webhooks = Webhooks(options, self.courier, self.faults)
        self.ledger = Ledger(self.webhooks, self.faults, self.courier)
        self.diary = Diary(self.faults)

    @property
    def public_url(self) -> str:
        return self.options.public_url.rstrip("/")

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.faults.clear()
        self.courier.forget()
        for memory in (self.calls, self.mailbox, self.ledger, self.diary):
            memory.forget()

    def text_link(self, link: Entity) -> None:
        """Razorpay's own SMS about a link."""
        phone = link["customer"].get("contact", "").removeprefix("+")
        text = f"Pay {rupees(link['amount'])} here: {link['short_url']}"
        self.mailbox.take_in(Message(id=new_id("sms_"), channel="sms", phone=phone, text=text))


def rupees(paise: int) -> str:
    """`₹1,70,000.50`, grouped as Indians do."""
    whole, part = divmod(paise, 100)
    head, tail = str(whole)[:-3], str(whole)[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return "₹" + ",".join([*groups, tail]) + (f".{part:02}" if part else "")
