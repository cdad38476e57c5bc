-- Counts what has failed, whatever the level is. KEYS and ARGV as in take.lua, without free attempts and longest wait.
local level = redis.call('HMGET', KEYS[1], 'height', 'last')
local now, drain = tonumber(ARGV[1]), tonumber(ARGV[2])
local height, last = tonumber(level[1]) or 0, tonumber(level[2]) or now
local left = math.max(0, height - math.max(0, now - last) / drain)
redis.call('HSET', KEYS[1], 'height', string.format('%.17g', left + 1), 'last', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 0
