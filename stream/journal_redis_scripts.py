"""The journal's writes, as Redis runs them: each is one step that nobody comes between.

    KEYS  lease, top, journal, checkpoint
    ARGV  token, lease in ms, the last position that this writer committed, then the script's own

They answer {"lost", holder} to a writer that was replaced, and {"ok", detail} otherwise. A lease
that ended unnoticed is taken anew as long as nobody wrote in between.
"""

_FENCE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {'lost', holder} end
local top, by = string.match(redis.call('GET', KEYS[2]) or '0 nobody', '^(%d+) (.*)$')
local committed = tonumber(ARGV[3])
top = tonumber(top)
"""

_FOREIGN = """
if top > committed and by ~= ARGV[1] then return {'lost', by} end
"""

_HOLD = """
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
"""

APPEND = (
    _FENCE
    + """
local last = tonumber(ARGV[4])
if top > committed then
  if by ~= ARGV[1] or top ~= last then return {'lost', by} end
else
  redis.call('XADD', KEYS[3], ARGV[4] .. '-0', 'blocks', ARGV[5])
  redis.call('SET', KEYS[2], ARGV[4] .. ' ' .. ARGV[1])
end
"""
    + _HOLD
    + "return {'ok', tostring(math.min(top, committed))}"
)
"""Own arguments: the last position of the entry, its bytes. Detail: the last position found."""

SAVE = (
    _FENCE
    + _FOREIGN
    + """
redis.call('HSET', KEYS[4], 'position', ARGV[4], 'state', ARGV[5])
redis.call('XTRIM', KEYS[3], 'MINID', '~', ARGV[6] .. '-0')
"""
    + _HOLD
    + "return {'ok', '0'}"
)
"""Own arguments: position, state, and the position below which entries may go."""

RENEW = _FENCE + _FOREIGN + _HOLD + "return {'ok', '0'}"

RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'ok', '0'}
"""
