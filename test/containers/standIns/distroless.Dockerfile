# As gcr.io/distroless/nodejs*-debian12:nonroot has it: the C and C++ libraries, time zones, certificates, Node.
FROM scratch
COPY rootfs /
COPY node /nodejs/bin/node
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
WORKDIR /home/nonroot
ENTRYPOINT ["/nodejs/bin/node"]
