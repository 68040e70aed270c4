-- What wrk sends: with "post" every body is another snapshot, a second later than the one before.
local n = 0
local mode

function init(args)
  mode = args[1]
  n = tonumber(args[2] or "0")
end

function request()
  if mode == "get" then return wrk.format("GET") end
  n = n + 1
  local read = os.date("!%Y-%m-%dT%H:%M:%SZ", 1600000000 + n)
  local body = '{"lastUpdated":"' .. read .. '","currentSession":{"percentageUsed":47,"resetsIn":"2 hr 42 min"},' ..
    '"weeklyLimits":{"allModels":{"percentageUsed":31,"resetsIn":"Thu 7:00 AM"}}}'
  return wrk.format("POST", nil, nil, body)
end

function done(summary, latency, requests)
  local refused = summary.errors.status
  io.write(string.format('RESULT %f %f %f %d\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, refused))
end
