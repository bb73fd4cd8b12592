# syntax=docker/dockerfile:1

# Everything the image holds is made by scripts/production-bundle.mjs, which the production test runs as well.
FROM node:24-trixie-slim AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.yarn/berry/cache \
    node scripts/production-bundle.mjs --out /bundle

FROM node:24-trixie-slim AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/*

# MkDocs for TechDocs, with the versions and hashes that `npm start` takes.
FROM base AS docs
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
COPY packages/local-stack/python/docs.txt /docs.txt
RUN python3 -m venv /opt/docs \
    && /opt/docs/bin/pip install --no-cache-dir --require-hashes -r /docs.txt

FROM base
ENV NODE_ENV=production PATH=/opt/docs/bin:$PATH
# The same as bundleEnvironment in scripts/production-bundle.mjs, which says why.
ENV NODE_OPTIONS=--max-semi-space-size=16 \
    NODE_COMPILE_CACHE=/app/.compile-cache \
    NODE_COMPILE_CACHE_PORTABLE=1
COPY --from=docs /opt/docs /opt/docs
COPY --from=build /bundle /app
RUN mkdir -p /var/lib/slipway/techdocs && chown -R node:node /var/lib/slipway
WORKDIR /app
USER node
EXPOSE 7007 9464
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["node", "deploy/healthcheck.mjs"]
CMD ["node", "packages/backend", "--config", "app-config.yaml", "--config", "app-config.production.yaml"]
