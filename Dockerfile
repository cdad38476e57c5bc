# The server as an image. `docker build -t xianfeng .`, then `docker run -p 8080:8080 -v xianfeng:/xianfeng/data
# -v xianfeng-secrets:/xianfeng/secrets xianfeng` is a complete server on SQLite; docker-compose.yml is the enterprise's size.

FROM rust:1-bookworm AS build
# OpenSSL is built from source for TLS to PostgreSQL, which takes perl and make; the image has both, said here so that
# another base image fails early.
RUN perl -v >/dev/null && make --version >/dev/null
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    cargo build --profile dist --locked --features pg-tls && cp target/dist/xianfeng /usr/local/bin/

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /xianfeng --create-home --shell /usr/sbin/nologin xianfeng \
    && install -d -o xianfeng -g xianfeng -m 700 /xianfeng/data /xianfeng/data/files /xianfeng/secrets /xianfeng/secrets/votes
COPY --from=build /usr/local/bin/xianfeng /usr/local/bin/
# Where the vendored OpenSSL finds the authorities for `sslmode=verify-full&sslrootcert=system`.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    XIANFENG_LISTEN=0.0.0.0:8080 \
    XIANFENG_HEALTH_LISTEN=0.0.0.0:8081 \
    XIANFENG_LOG_FORMAT=json
USER xianfeng
WORKDIR /xianfeng
# The SQLite database and the attachments; and, so that a copy of the one does not open the other, the generated secrets
# and the keys of votes. Nothing is written elsewhere.
VOLUME ["/xianfeng/data", "/xianfeng/secrets"]
# The second port is for balancers and monitors: it answers while the first one is busy. Do not publish it.
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["xianfeng", "health"]
ENTRYPOINT ["xianfeng"]
CMD ["serve"]
