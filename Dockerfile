# Building takes a compiler and its tools; running takes Node, the compiled rooms and what they import.
ARG NODE_MAJOR=22

FROM node:${NODE_MAJOR}-bookworm-slim AS sources
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM sources AS build
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY . .
RUN npm run --silent build

FROM sources AS modules
# Types and source maps of other people's packages are half of their size, and nothing reads them.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund \
    && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# The command line under its own name: the last stage has neither a shell nor `env`.
RUN printf '#!/nodejs/bin/node\nimport "/app/dist/bin/millrace.js"\n' > /millrace.mjs && chmod 755 /millrace.mjs

FROM gcr.io/distroless/nodejs${NODE_MAJOR}-debian12:nonroot
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY --from=modules /millrace.mjs /usr/local/bin/millrace
COPY package.json LICENSE ./
COPY schemas ./schemas
COPY --from=build /app/dist ./dist
ENV NODE_ENV=production \
    PATH=/usr/local/bin:/nodejs/bin \
    HOST=0.0.0.0 \
    PORT=3000 \
    METRICS_PORT=9464
EXPOSE 3000 9464
# By number, so that a cluster can see that it is not root.
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/nodejs/bin/node", "dist/bin/health.js"]
# The larger young generation costs some megabytes and saves 1 to 3 % of the time spent on clearing it.
CMD ["--enable-source-maps", "--max-semi-space-size=64", "dist/src/main.js"]
