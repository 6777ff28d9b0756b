# pip install -r requirements.txt
# python3 publish.py ada@example.com purchased '{"amount": 49.9}'
import json
import os
import sys
import time
import uuid

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

SUBJECT = "millrace.ContactEvent"
email, name, data = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
topic = os.environ["MILLRACE_TOPIC"]

event = {
    "v": 1,
    # Yours, if you have one: publishing it again starts nothing twice.
    "eventId": str(uuid.uuid4()),
    "projectId": os.environ["MILLRACE_PROJECT_ID"],
    "name": name,
    "email": email,
    "contactId": None,
    # In Avro a JSON text.
    "data": json.dumps(data),
    "subscribed": None,
    "occurredAt": int(time.time() * 1000),
    "cause": None,
}

registry = SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]})
schema = registry.get_latest_version(SUBJECT).schema
serialize = AvroSerializer(
    registry,
    schema.schema_str,
    conf={
        "auto.register.schemas": False,
        "use.latest.version": True,
        "subject.name.strategy": lambda context, record: SUBJECT,
    },
)

producer = Producer(
    {
        "bootstrap.servers": os.environ["KAFKA_BROKERS"],
        "acks": "all",
        "enable.idempotence": True,
        # librdkafka's own default hashes by CRC32: a contact's events would stand on two partitions.
        "partitioner": "murmur2_random",
    }
)
failures = []
producer.produce(
    topic,
    key=email.strip().lower().encode(),
    value=serialize(event, SerializationContext(topic, MessageField.VALUE)),
    on_delivery=lambda error, message: failures.append(error) if error else None,
)
if producer.flush(30) > 0 or failures:
    sys.exit(f"not acknowledged: {failures}")
print(event["eventId"])
