-- Takes back one attempt. KEYS: the level.
local height = tonumber(redis.call('HGET', KEYS[1], 'height'))
if height then
    redis.call('HSET', KEYS[1], 'height', string.format('%.17g', math.max(0, height - 1)))
end
return 0
