"""Many clients at once."""

from concurrent.futures import ThreadPoolExecutor

PARALLEL = 200


def test_two_hundred_clients_pay_at_once_and_every_event_arrives(provider, listener):
    def book(number: int) -> int:
        order = provider.razorpay("POST", "/v1/orders", amount=50000, currency="INR", receipt=f"bk-{number}")
        return provider.post("/_sandbox/pay", order_id=order.json()["id"]).status_code

    with ThreadPoolExecutor(PARALLEL) as pool:
        assert list(pool.map(book, range(PARALLEL))) == [200] * PARALLEL
    provider.running.idle()
    assert len({heard.event_id for heard in listener.heard if heard.genuine}) == 3 * PARALLEL
    assert {delivery.state for delivery in provider.running.world.courier.deliveries()} == {"delivered"}


def test_a_link_wanted_twice_at_the_same_moment_is_made_once(provider):
    def ask(_: int) -> int:
        wanted = {"amount": 50000, "currency": "INR", "reference_id": "bk-1-1"}
        return provider.razorpay("POST", "/v1/payment_links", **wanted).status_code

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(ask, range(20))) == [200] + [400] * 19
