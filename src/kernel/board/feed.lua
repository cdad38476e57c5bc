-- Takes one standing in, unless what is known is as new.
--
-- KEYS[1] the hash of what is known: member -> "version path"
-- ARGV[1] member, ARGV[2] version, ARGV[3] path as "unit,unit,", ARGV[4] prefix of board keys,
-- then for each period: name and start, order ("" without points), seconds until the board may go ("" never), the
-- member as this board names him, with his lot
local known = redis.call('HGET', KEYS[1], ARGV[1])
local old_path = ''
if known then
    local version, path = string.match(known, '^(%d+) (.*)$')
    version = tonumber(version)
    local offered = tonumber(ARGV[2])
    if version > offered or (version == offered and path == ARGV[3]) then return 0 end
    old_path = path
end
local units, old, left = {}, {}, {}
for unit in string.gmatch(ARGV[3], '([^,]+),') do units[#units + 1] = unit end
for unit in string.gmatch(old_path, '([^,]+),') do
    old[#old + 1] = unit
    if not string.find(ARGV[3], unit, 1, true) then left[#left + 1] = unit end
end
for i = 5, #ARGV, 4 do
    local board, order, lifetime, subject = ARGV[4] .. ARGV[i] .. ':', ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    for _, unit in ipairs(order == '' and old or left) do redis.call('ZREM', board .. unit, subject) end
    if order ~= '' then
        for _, unit in ipairs(units) do
            local added = redis.call('ZADD', board .. unit, order, subject)
            if added == 1 and lifetime ~= '' then redis.call('EXPIRE', board .. unit, lifetime) end
        end
    end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
return 1
