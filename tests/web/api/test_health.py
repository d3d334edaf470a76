"""How Mibo says that it is well (api-contract.md 3.14, H1)."""

from flask.testing import FlaskClient


def test_health_is_told_in_full_and_without_a_secret(client: FlaskClient) -> None:
    told = client.get("/api/health").get_json()
    assert set(told) == {"success", "data"}
    assert set(told["data"]) == {"status", "timestamp", "database", "version", "environment", "uptime"}
    assert (told["data"]["status"], told["data"]["database"]) == ("healthy", "connected")


def test_outside_the_api_health_is_a_bare_word(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/health").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()) == (200, {"status": "ready"})


def test_both_prefixes_answer_with_and_without_a_slash(client: FlaskClient) -> None:
    for path in ("/api/health", "/api/health/", "/api/v1/health", "/api/v1/health/", "/api", "/api/", "/api/v1/"):
        assert client.get(path).status_code == 200, path
