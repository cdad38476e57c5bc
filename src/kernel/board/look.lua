-- A member's surroundings in one reply: watermark, rank (from 0), size, first rank shown, entries with orders.
-- KEYS[1] the watermark, KEYS[2] the board; ARGV[1] member, ARGV[2] neighbours on each side
local rank = redis.call('ZRANK', KEYS[2], ARGV[1])
local entries, first = {}, 0
if rank then
    first = math.max(rank - ARGV[2], 0)
    entries = redis.call('ZRANGE', KEYS[2], first, rank + ARGV[2], 'WITHSCORES')
end
return { redis.call('GET', KEYS[1]), rank, redis.call('ZCARD', KEYS[2]), first, entries }
