# Pastestream's image: Deno, the sources and their packages, and no more: no shell, no package manager, no root.
#
#   docker build -t pastestream .
#   docker run -p 3001:3001 -v pastestream:/data pastestream
#
# The replication's command line is in it too:
#
#   docker run --rm pastestream replicate/cli.ts --help

ARG DENO_VERSION=2.9.6

# ---- The packages, exactly as deno.lock has them, without what the service never loads ----

FROM denoland/deno:debian-${DENO_VERSION} AS build
# Where a proxy inspects TLS: --build-arg DENO_TLS_CA_STORE=system, with the proxy's certificate mounted.
ARG DENO_TLS_CA_STORE
WORKDIR /image/app
COPY deno.json deno.lock ./
# Left out: what only tests use, addons for another C library, and types, sources and maps, which only a debugger reads.
RUN deno ci --prod --skip-types \
 && rm -rf node_modules/.bin node_modules/playwright-core node_modules/.deno/playwright-core@* \
      node_modules/axe-core node_modules/.deno/axe-core@* \
      node_modules/.deno/*-musl@* node_modules/.deno/@types+* node_modules/.deno/undici-types@* \
 && find node_modules -type f \( -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.map' \) -delete
COPY main.ts ./
COPY server ./server
COPY replicate ./replicate
COPY static ./static
# Fails here, and not at the first request, when a module or a package is missing. Each worker is a graph of its own.
RUN deno cache --node-modules-dir=manual --frozen main.ts server/codec_worker.ts server/grep_worker.ts replicate/worker.ts replicate/cli.ts \
# Some packages, and a checkout under a strict umask, have files that only their owner may read: the service is not their owner.
 && chmod -R a+rX . \
# The database. Heroku runs the image under a user id of its own choice, so every user may write here; sticky as /tmp is.
 && install -d -m 1777 /image/data

# ---- What runs ----

FROM denoland/deno:distroless-${DENO_VERSION}
COPY --from=build /image /
WORKDIR /app

ENV PORT=3001 \
    DB_PATH=/data/store.db \
    DENO_NO_PROMPT=1 \
    DENO_NO_UPDATE_CHECK=1
EXPOSE 3001
# Distroless's "nonroot", as a number: Kubernetes' runAsNonRoot cannot look names up.
USER 65532:65532
STOPSIGNAL SIGTERM

# Liveness only: a restart would not bring a bucket back. Once a minute, for each check is a Deno of its own.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
  CMD ["/bin/deno", "eval", "--no-config", "--no-lock", "Deno.exit((await fetch(`http://127.0.0.1:${Deno.env.get('PORT')}/healthz`)).ok ? 0 : 1)"]

# Both in exec form: a shell in between would swallow SIGTERM, and with it the last upload. Deno is process 1, has no children,
# and ends by itself. Nothing below / is written but /data and /tmp: --read-only works.
#
# --node-modules-dir=manual  the packages as they are: "auto", from deno.json, would fetch again what was left out
# --cached-only --frozen     nothing is fetched when it starts, and nothing differs from the lock
# --allow-net                listens, and speaks to whichever endpoint the bucket has
# --allow-env                main.ts reads the environment whole, once: no list of names could allow that
# --allow-read               the worker's modules and the assets in /app; the WAL and a file replica in /data, or in /tmp; the
#                            token for a role in /var/run/secrets, where EKS puts it
# --allow-write              restored files and a file replica. The database itself is written by native code, which Deno does
#                            not confine: a DB_PATH or a file:// replica elsewhere needs an entry point of its own
# --allow-ffi                the native addons: libsql and lz4-napi
# --allow-sys                libsql finds out by Node's process report which C library is there, and the report asks for all three
ENTRYPOINT ["/bin/deno", "run", "--no-prompt", "--node-modules-dir=manual", "--cached-only", "--frozen", \
     "--allow-net", \
     "--allow-env", \
     "--allow-read=/app,/data,/tmp,/var/run/secrets", \
     "--allow-write=/data,/tmp", \
     "--allow-ffi=/app/node_modules", \
     "--allow-sys=cpus,networkInterfaces,hostname"]
# Replaced, it runs something else of the image, or passes flags: docker run pastestream main.ts -title "Team paste"
CMD ["main.ts"]
