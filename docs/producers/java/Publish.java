// mvn -q dependency:copy-dependencies -DoutputDirectory=libs
// java -cp 'libs/*' Publish.java ada@example.com purchased '{"amount": 49.9}'
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Publish {
  public static void main(String[] args) throws Exception {
    Map<String, String> env = System.getenv();
    String email = args[0];
    JsonNode latest = latestSchema(env.get("SCHEMA_REGISTRY_URL"), "millrace.ContactEvent");
    Schema schema = new Schema.Parser().parse(latest.get("schema").asText());

    // Yours, if you have one: publishing it again starts nothing twice.
    String eventId = UUID.randomUUID().toString();
    GenericRecord event = new GenericRecordBuilder(schema)
        .set("eventId", eventId)
        .set("projectId", env.get("MILLRACE_PROJECT_ID"))
        .set("name", args[1])
        .set("email", email)
        // In Avro a JSON text.
        .set("data", args[2])
        .set("occurredAt", System.currentTimeMillis())
        .build();

    Map<String, Object> settings = Map.of(
        "bootstrap.servers", env.get("KAFKA_BROKERS"),
        "acks", "all",
        "enable.idempotence", true);
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      String key = email.strip().toLowerCase();
      byte[] value = framed(latest.get("id").asInt(), event);
      // get() waits for all in-sync replicas, and throws what went wrong.
      producer.send(new ProducerRecord<>(env.get("MILLRACE_TOPIC"), key, value)).get();
    }
    System.out.println(eventId);
  }

  static JsonNode latestSchema(String registry, String subject) throws Exception {
    URI uri = URI.create(registry + "/subjects/" + subject + "/versions/latest");
    var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IllegalStateException(uri + ": " + answer.body());
    return new ObjectMapper().readTree(answer.body());
  }

  /** A zero byte, the schema's id in four bytes, the Avro bytes: what Confluent's serializer writes. */
  static byte[] framed(int schemaId, GenericRecord event) throws Exception {
    var bytes = new ByteArrayOutputStream();
    bytes.write(0);
    bytes.write(ByteBuffer.allocate(4).putInt(schemaId).array());
    var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(event.getSchema(), GenericData.get()).write(event, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }
}
