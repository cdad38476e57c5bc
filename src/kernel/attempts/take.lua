-- Counts an attempt, or says how long to wait. One script is one step: two servers cannot both be the last one let through.
-- KEYS: the level. ARGV: now, milliseconds in which one attempt is forgotten, free attempts, longest wait in
-- milliseconds, milliseconds after which nobody needs the level. Answers 0, or the milliseconds to wait.
local level = redis.call('HMGET', KEYS[1], 'height', 'last')
local now, drain, free, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local height, last = tonumber(level[1]) or 0, tonumber(level[2]) or now
local passed = math.max(0, now - last)
local attempts = math.ceil(height)
if attempts >= free then
    local wait = math.min(1000 * 2 ^ math.min(attempts - free, 40), longest)
    if wait > passed then
        return math.ceil(wait - passed)
    end
end
redis.call('HSET', KEYS[1], 'height', string.format('%.17g', math.max(0, height - passed / drain) + 1), 'last', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0
