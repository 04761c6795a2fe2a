-- GCRA. KEYS[1]: the limit's state, the theoretical arrival time in microseconds. ARGV: microseconds between two acts,
-- acts at once, the caller's time in microseconds or "" for the server's. Answers 0 (allowed) or the microseconds to wait.
local now = tonumber(ARGV[3])
if not now then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000000 + tonumber(t[2])
end
local per = tonumber(ARGV[1])
local room = per * tonumber(ARGV[2])
local arrival = tonumber(redis.call('GET', KEYS[1]) or '') or now
-- A clock set back must not lock anybody out for longer than the limit itself would.
arrival = math.min(math.max(arrival, now), now + room)
local wait = arrival + per - room - now
if wait > 0 then
  return wait
end
-- %.0f, because a number this large would otherwise be written as 1.7e+15. A second longer than the limit needs, because
-- the embedded engine's time moves in steps and a state forgotten early would let an act through.
redis.call('SET', KEYS[1], string.format('%.0f', arrival + per), 'PX', math.ceil((arrival + per - now) / 1000) + 1000)
return 0
