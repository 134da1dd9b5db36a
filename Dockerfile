# Pastestream's image: Deno, the sources and their packages; runs without root, under any user id.
#
#   docker build -t pastestream .
#   docker run -p 3001:3001 -v pastestream:/data pastestream

ARG DENO_VERSION=2.9.6

# ---- The packages, exactly as deno.lock has them, without what the service never loads ----

FROM denoland/deno:debian-${DENO_VERSION} AS build
# Where a proxy inspects TLS: --build-arg DENO_TLS_CA_STORE=system, with the proxy's certificate mounted.
ARG DENO_TLS_CA_STORE
WORKDIR /app
COPY deno.json deno.lock ./
# Left out: addons for another C library, types, what only the browser tests load.
RUN deno ci --prod --skip-types \
 && rm -rf node_modules/.deno/*-musl@* node_modules/.deno/@types+* node_modules/.deno/undici-types@* \
      node_modules/.deno/playwright-core@* node_modules/playwright-core \
      node_modules/.deno/axe-core@* node_modules/axe-core node_modules/.bin
COPY main.ts ./
COPY server ./server
COPY replicate ./replicate
COPY static ./static
# Fails here, and not at the first request, when a module or a package is missing. Each worker is a graph of its own.
RUN deno cache --node-modules-dir=manual --frozen main.ts server/codec_worker.ts server/grep_worker.ts replicate/worker.ts replicate/cli.ts \
# Some packages, and a checkout under a strict umask, have files that only their owner may read: the service is not their owner.
 && chmod -R a+rX .

# ---- What runs ----

FROM denoland/deno:debian-${DENO_VERSION}
WORKDIR /app
COPY --from=build /app ./
# The database. Heroku runs the image under a user id of its own choice, so every user may write here; sticky as /tmp is.
RUN install -d -o deno -g deno -m 1777 /data

ENV PORT=3001 \
    DB_PATH=/data/store.db \
    DENO_NO_PROMPT=1 \
    DENO_NO_UPDATE_CHECK=1
EXPOSE 3001
USER deno
STOPSIGNAL SIGTERM

# Liveness only, by bash's own sockets: curl is not in the image, and a second Deno every 30 seconds costs memory.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" = 200 ]"]

# Both in exec form: a shell in between would swallow SIGTERM, and with it the last upload. tini reaps and passes signals on.
ENTRYPOINT ["/tini", "--", "deno"]

# --node-modules-dir=manual  the packages as they are: "auto", from deno.json, would fetch again what was left out
# --cached-only --frozen     nothing is fetched when it starts, and nothing differs from the lock
# --allow-net                listens, and speaks to whichever endpoint the bucket has
# --allow-env                main.ts reads the environment whole, once: no list of names could allow that
# --allow-read               the workers' modules and the assets in /app; the WAL and a file replica in /data, or in /tmp
# --allow-write              restored files and a file replica. The database itself is written by native code, which Deno does
#                            not confine: a DB_PATH or a file:// replica elsewhere needs flags of its own
# --allow-ffi                the native addons: libsql and lz4-napi
# --allow-sys                both addons ask which C library is there; hostname names this writer in the log
CMD ["run", "--no-prompt", "--node-modules-dir=manual", "--cached-only", "--frozen", \
     "--allow-net", \
     "--allow-env", \
     "--allow-read=/app,/data,/tmp", \
     "--allow-write=/data,/tmp", \
     "--allow-ffi=/app/node_modules", \
     "--allow-sys=cpus,networkInterfaces,hostname", \
     "main.ts"]
