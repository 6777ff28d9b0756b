# As mongo has it: mongod and mongosh, arguments that begin with a dash are mongod's.
FROM node:22-bookworm-slim
RUN apt-get update -q && apt-get install -y -q --no-install-recommends libcurl4 && rm -rf /var/lib/apt/lists/* \
    && npm install --global --no-audit --no-fund mongosh@2 \
    && rm -rf /root/.npm
COPY mongod /usr/local/bin/mongod
COPY mongo.sh /usr/local/bin/docker-entrypoint.sh
RUN useradd --uid 999 mongodb && mkdir -p /data/db && chown mongodb /data/db \
    && chmod 755 /usr/local/bin/mongod /usr/local/bin/docker-entrypoint.sh
VOLUME ["/data/db"]
EXPOSE 27017
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mongod"]
