# As apicurio/apicurio-registry has it.
FROM local/jre:17
COPY registry /deployments
USER 1001
EXPOSE 8080
CMD ["sh", "-c", "exec java $JAVA_OPTS_APPEND -Dquarkus.http.host=0.0.0.0 -jar /deployments/*-runner.jar"]
