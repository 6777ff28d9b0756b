# As apache/kafka has it: KAFKA_* variables become server.properties, a fresh folder is formatted.
FROM local/jre:17
COPY libs /opt/kafka/libs
COPY kafkaDefaults /etc/kafka/docker
COPY kafka.sh /etc/kafka/docker/run
RUN useradd --uid 1000 appuser \
    && mkdir -p /opt/kafka/config /mnt/shared/config /var/lib/kafka/data \
    && chown appuser /opt/kafka/config /var/lib/kafka/data \
    && chmod 755 /etc/kafka/docker/run
USER appuser
VOLUME ["/var/lib/kafka/data"]
EXPOSE 9092
CMD ["/etc/kafka/docker/run"]
