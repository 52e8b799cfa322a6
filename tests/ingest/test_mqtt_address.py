import pytest

from ingest.mqtt_address import MqttAddress, MqttAddressError


def test_an_address_is_read_with_its_defaults():
    address = MqttAddress.parse("mqtt://broker")
    assert (address.host, address.port, address.tls) == ("broker", 1883, False)
    assert str(MqttAddress.parse("mqtts://broker")) == "mqtts://broker:8883"
    assert str(MqttAddress.parse("mqtt://[::1]:1884")) == "mqtt://[::1]:1884"


def test_a_password_beside_the_url_wins_over_the_one_inside():
    address = MqttAddress.parse("mqtt://us%40hq:in%3Aside@broker")
    assert (address.username, address.password) == ("us@hq", "in:side")
    address = MqttAddress.parse("mqtt://us:inside@broker", password="beside")
    assert address.password == "beside"


def test_the_password_is_never_shown():
    address = MqttAddress.parse("mqtt://us:geheim@broker")
    assert "geheim" not in f"{address} {address!r}"
    with pytest.raises(MqttAddressError) as caught:
        MqttAddress.parse("http://us:geheim@broker")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["broker:1883", "http://broker", "mqtt://", "mqtt://b/topic", "mqtt://b:99999"]
)
def test_what_is_no_address_is_refused_with_its_own_error(url):
    with pytest.raises(MqttAddressError):
        MqttAddress.parse(url)


def test_a_password_without_a_user_is_refused():
    with pytest.raises(MqttAddressError, match="a password needs a user name"):
        MqttAddress.parse("mqtt://broker", password="x")


def test_a_certificate_file_that_is_none_is_named(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    with pytest.raises(MqttAddressError, match=r"ca\.pem: cannot be read as certificates"):
        MqttAddress.parse("mqtts://broker", ca_file=file).tls_context()
