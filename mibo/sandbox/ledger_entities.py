"""Each Razorpay entity as it looks when it is new."""

from mibo.sandbox.entity import Entity, new_hex, new_id, now

NO_FAILURE: Entity = {f"error_{part}": None for part in ("code", "description", "source", "step", "reason")}
FAILURE: Entity = {
    "error_code": "BAD_REQUEST_ERROR", "error_description": "The bank declined the payment. Try another way to pay.",
    "error_source": "issuer_bank", "error_step": "payment_authorization", "error_reason": "payment_failed",
}  # fmt: skip


def new_order(asked: Entity) -> Entity:
    return {
        "id": new_id("order_"), "entity": "order", "amount": asked["amount"], "amount_paid": 0,
        "amount_due": asked["amount"],
        "currency": asked["currency"], "receipt": asked.get("receipt"), "offer_id": None, "status": "created",
        "attempts": 0,
        "notes": asked.get("notes") or [], "created_at": now(),
    }  # fmt: skip


def new_link(asked: Entity, short_url: str) -> Entity:
    """A payment link without its order: that one comes when the payer opens it."""
    return {
        "accept_partial": asked.get("accept_partial", False), "amount": asked["amount"], "amount_paid": 0,
        "callback_method": asked.get("callback_method", ""), "callback_url": asked.get("callback_url", ""),
        "cancelled_at": 0,
        "created_at": now(), "currency": asked.get("currency", "INR"), "customer": asked.get("customer") or {},
        "description": asked.get("description", ""), "expire_by": asked.get("expire_by", 0), "expired_at": 0,
        "first_min_partial_amount": 0, "id": new_id("plink_"), "notes": asked.get("notes"),
        "notify": {"email": False, "sms": False, "whatsapp": False} | (asked.get("notify") or {}),
        "payments": None, "reference_id": asked.get("reference_id", ""),
        "reminder_enable": asked.get("reminder_enable", False),
        "reminders": [], "short_url": short_url, "status": "created", "updated_at": now(), "upi_link": False,
        "user_id": "",
        "whatsapp_link": False,
    }  # fmt: skip


def new_payment(order: Entity, method: str, payer: Entity, link: Entity | None) -> Entity:
    customer = link["customer"] if link else {}
    return {
        "id": new_id("pay_"), "entity": "payment", "amount": order["amount_due"], "currency": order["currency"],
        "status": "created", "order_id": order["id"], "invoice_id": None, "international": False, "method": method,
        "amount_refunded": 0, "refund_status": None, "captured": False,
        "description": "#" + link["id"].removeprefix("plink_") if link else payer.get("description"),
        "card_id": None, "bank": None, "wallet": None, "vpa": None,
        "email": customer.get("email") or payer.get("email") or "void@razorpay.com",
        "contact": customer.get("contact") or payer.get("contact") or "+919000000000",
        "notes": (link["notes"] if link else payer.get("notes")) or [], "fee": None, "tax": None, **NO_FAILURE,
        "acquirer_data": {"rrn": str(now())}, "created_at": now(), **_means(method),
    }  # fmt: skip


def _means(method: str) -> Entity:
    if method == "card":
        card = {"id": new_id("card_"), "entity": "card", "last4": "1111", "network": "Visa", "type": "debit"}
        return {"card_id": card["id"], "card": card, "acquirer_data": {"auth_code": new_hex(6)}}
    if method == "netbanking":
        return {"bank": "HDFC", "acquirer_data": {"bank_transaction_id": str(now())}}
    if method == "wallet":
        return {"wallet": "phonepe"}
    return {"vpa": "success@razorpay", "upi": {"payer_account_type": "bank_account", "vpa": "success@razorpay"}}


def new_refund(payment: Entity, amount: int, asked: Entity) -> Entity:
    return {
        "id": new_id("rfnd_"), "entity": "refund", "amount": amount, "currency": payment["currency"],
        "payment_id": payment["id"], "notes": asked.get("notes") or [], "receipt": asked.get("receipt"),
        "acquirer_data": {"arn": None}, "created_at": now(), "batch_id": None, "status": "pending",
        "speed_processed": "normal", "speed_requested": asked.get("speed", "normal"),
    }  # fmt: skip


def order_dump(order: Entity) -> Entity:
    """The order inside `payment_link.paid` is an internal record whose id has no `order_` prefix."""
    blanks = dict.fromkeys((
        "app_offer", "authorized", "discount", "force_offer", "partial_payment", "payment_capture", "public_key",
        "account_number", "bank", "checkout_config_id", "convenience_fee_config", "customer_additional_info",
        "customer_id",
        "fee_config_id", "first_payment_min_amount", "late_auth_config_id", "method", "payer_name", "pg_router_synced",
        "product_id", "product_type", "provider_context", "reference2", "reference3", "reference4", "reference5",
        "reference6",
        "reference7", "reference8",
    ))  # fmt: skip
    same = {key: order[key] for key in order if key != "entity"}
    inside = {"id": order["id"].removeprefix("order_"), "merchant_id": "MiboSandbox001", "updated_at": now()}
    return {**blanks, **same, **inside}
