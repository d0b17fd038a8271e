"""The device's own MQTT client, under the name that fleets and benches use."""

from reik_dispenser.runtime.mqtt import ConnectionRefused, MqttError, Session, SubscriptionRefused

__all__ = ["ConnectionRefused", "MqttError", "Session", "SubscriptionRefused"]
