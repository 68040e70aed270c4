-- What wrk sends. "post": every body is another snapshot, a second later than the one before. "get": the
-- same question again and again. "version", "timestamp": any version of `count`, five minutes apart. With a
-- `count`, "post" goes through so many accounts: the path's "-N/" is -0/, -1/ and so on.
local NEWEST = 1600000000
local n, count, mode, path

function init(args)
  mode, n, count = args[1], tonumber(args[2] or "0"), tonumber(args[3] or "0")
  path = wrk.path
  math.randomseed(n)
end

function request()
  if mode == "get" then return wrk.format("GET") end
  if mode == "version" then return wrk.format("GET", path .. "?version=" .. math.random(count)) end
  if mode == "timestamp" then
    local at = NEWEST - math.random(count * 300)
    return wrk.format("GET", path .. "?timestamp=" .. os.date("!%Y-%m-%dT%H:%M:%SZ", at))
  end
  n = n + 1
  local read = os.date("!%Y-%m-%dT%H:%M:%SZ", NEWEST + n)
  local body = '{"lastUpdated":"' .. read .. '","currentSession":{"percentageUsed":47,"resetsIn":"2 hr 42 min"},' ..
    '"weeklyLimits":{"allModels":{"percentageUsed":31,"resetsIn":"Thu 7:00 AM"}}}'
  local where = count > 0 and path:gsub("-N/", "-" .. n % count .. "/") or nil
  return wrk.format("POST", where, nil, body)
end

function done(summary, latency, requests)
  local refused = summary.errors.status + summary.errors.timeout
  io.write(string.format('RESULT %f %f %f %d %d\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, refused, summary.requests))
end
