"""`checkout.js` in a real browser, on a page with a policy as strict as the app's."""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def base_url():
    """Ours, since the plugin's own fixture is one that pytest warns of."""
    return "http://127.0.0.1:9"


@pytest.fixture
def shop(page, provider, client, listener):
    """A shop's page with an order to pay, and what the checkout told it."""
    order = client.order.create({"amount": 170000, "currency": "INR", "receipt": "bk-1"})
    listener.policy = f"default-src 'none'; script-src {provider.url}; connect-src {provider.url}; form-action 'self'"
    listener.page = f"<!doctype html><title>Shop</title><script src='{provider.url}/v1/checkout.js'></script>"

    def open_checkout(**more):
        page.goto(listener.url)
        options = {"key": "rzp_test_local", "order_id": order["id"], "amount": 170000, "name": "Mibo", **more}
        page.evaluate(
            """(options) => {
                window.told = [];
                const tell = (kind) => (what) => {
                    window.told.push([kind, what ?? null]);
                    document.title = window.told.map(([kind]) => kind).join(" ");
                };
                if (!options.callback_url) options.handler = tell("paid");
                const checkout = new Razorpay({...options, modal: {ondismiss: tell("dismissed")}});
                checkout.on("payment.failed", tell("failed"));
                checkout.open();
            }""",
            options,
        )
        return order

    page.on("console", lambda message: pytest.fail(message.text) if "Content Security" in message.text else None)
    return open_checkout


def told(page):
    return page.evaluate("window.told")


def test_paying_hands_over_the_three_fields(page, shop, client, provider):
    order = shop()
    dialog = page.get_by_role("dialog", name="Payment")
    assert "₹1,700" in dialog.inner_text()
    dialog.get_by_role("button", name="Pay by UPI").click()
    expect(page).to_have_title("paid")
    ((_, proof),) = told(page)
    assert proof["razorpay_order_id"] == order["id"]
    assert client.utility.verify_payment_signature(proof) is True
    assert dialog.count() == 0


def test_failing_says_why_and_leaves_the_dialog_for_another_try(page, shop):
    order = shop()
    page.get_by_role("button", name="Fail the payment").click()
    expect(page).to_have_title("failed")
    page.get_by_role("button", name="Pay by card").click()
    expect(page).to_have_title("failed paid")
    (_, failure), _ = told(page)
    assert failure["error"]["reason"] == "payment_failed"
    assert failure["error"]["metadata"]["order_id"] == order["id"]


def test_dismissing_is_told_once(page, shop):
    shop()
    page.keyboard.press("Escape")
    assert told(page) == [["dismissed", None]]
    assert page.get_by_role("dialog").count() == 0


def test_a_callback_address_gets_the_fields_as_a_form(page, shop, client, listener):
    shop(callback_url=f"{listener.url}/back")
    page.get_by_role("button", name="Pay by UPI").click()
    page.wait_for_url("**/back")
    fields = {name: values[0] for name, values in parse_qs(listener.form).items()}
    assert client.utility.verify_payment_signature(fields) is True


def test_the_hold_ends_the_dialog(page, shop):
    shop(timeout=0.2)
    expect(page).to_have_title("dismissed")
    assert told(page) == [["dismissed", None]]
