-- What wrk sends. Arguments after "--", as name=value:
--   mode    put, get or mixed (one upload in twenty)
--   bytes   the size of an upload
--   pool    a file whose slices are uploaded: each begins somewhere else, so that no two are alike
--   paths   a file with one path per line, for reading
--   accept  an Accept-Encoding header for reading
-- The last line of the output is the result as JSON.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  local options = {}
  for _, arg in pairs(args) do
    local name, value = arg:match("^(%w+)=(.*)$")
    if name then options[name] = value end
  end
  math.randomseed(os.time() + number)

  local bytes = tonumber(options.bytes or 0)
  local pool = options.pool and read(options.pool) or ""
  local put_headers = { ["Content-Type"] = "text/plain" }
  local function put()
    local from = math.random(#pool - bytes + 1)
    return wrk.format("PUT", "/", put_headers, pool:sub(from, from + bytes - 1))
  end

  local gets = {}
  local get_headers = options.accept and { ["Accept-Encoding"] = options.accept } or {}
  for path in (options.paths and read(options.paths) or ""):gmatch("[^\n]+") do
    gets[#gets + 1] = wrk.format("GET", path, get_headers)
  end
  local function get() return gets[math.random(#gets)] end

  local function mixed() return math.random(20) == 1 and put() or get() end
  request = ({ put = put, get = get, mixed = mixed })[options.mode]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"failed":%d,"p50":%.1f,"p99":%.1f}\n',
    summary.requests, summary.duration, summary.bytes, errors.status, failed,
    latency:percentile(50), latency:percentile(99)))
end
