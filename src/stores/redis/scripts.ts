/**
 * The Redis scripts. Each runs atomically.
 *
 * A record is a hash: `value`, `version`, `expires`, `written` (Unix ms), `write` (id of the last
 * write), `fence`, `until` (end of the lease, Unix ms), `holder` (token of the attempt that took it).
 * Times are the server's. Two sorted sets list the records in byte order: `<key>\0<expires>` in one,
 * `<expires, 16 digits><key>` in the other. They are changed in the same script as the record, so that no
 * crash between two commands can leave them inconsistent.
 *
 * A fence is one more than the last, or the time in milliseconds if that is greater. So fences keep growing
 * even if the last one was lost because a stale replica took over or a key's stub expired.
 */

import { mostSkewMs } from "../record-state.js";
import { defineScript, type Script } from "./client.js";

/** How long the counters of a key without a record are kept after their last use: 30 days. */
const stubMs = 30 * 24 * 60 * 60_000;

const prelude = `
local function clock()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end
local function int(n) return string.format('%.0f', n) end
local function fetch(key)
  local f = redis.call('HMGET', key, 'value', 'version', 'expires', 'written', 'write', 'fence',
    'until', 'holder')
  return { value = f[1], version = tonumber(f[2] or 0), expires = f[3] or '',
    written = tonumber(f[4] or 0), write = f[5], fence = tonumber(f[6] or 0),
    leased = tonumber(f[7] or 0), holder = f[8] }
end
-- Empty if it cannot be told, because the clock was set back.
local function age(r, now)
  if now < r.written - ${mostSkewMs} then return '' end
  return int(math.max(0, now - r.written))
end
local function answer(r, now)
  if not r.value then return false end
  return { r.value, int(r.version), r.expires, age(r, now) }
end
local function dated(expires, key) return string.format('%016.0f', tonumber(expires)) .. key end
-- Looks the entries up: a record that the server has evicted has left them behind.
local function unlist(byKey, byExpiry, key)
  local found = redis.call('ZRANGEBYLEX', byKey, '[' .. key .. '\\0', '(' .. key .. '\\0\\255')
  for _, entry in ipairs(found) do
    local expires = string.sub(entry, #key + 2)
    redis.call('ZREM', byKey, entry)
    if expires ~= '' then redis.call('ZREM', byExpiry, dated(expires, key)) end
  end
end
-- Only news: a server that refuses it has still made the change. Returns why, or ''.
local function publish(channel, key)
  local answer = redis.pcall('PUBLISH', channel, key)
  return type(answer) == 'table' and answer.err or ''
end
local function keepStub(key) redis.call('PEXPIRE', key, ${stubMs}) end
`;

const script = (lua: string): Script => defineScript(prelude + lua);

/** KEYS record. */
export const readScript = script("return answer(fetch(KEYS[1]), clock())");

/**
 * KEYS record. ARGV leaseMs, token, version seen or ''. Returns kind, fence or remaining ms, record, and the
 * version of the last record, 0 if there was none.
 */
export const acquireScript = script(`
local r, now = fetch(KEYS[1]), clock()
local last = int(r.version)
if r.leased > now and r.holder == ARGV[2] then
  return { 'taken', int(r.fence), answer(r, now), last }
end
if r.leased > now then return { 'held', int(r.leased - now), answer(r, now), last } end
local present = r.value and last or '0'
if ARGV[3] ~= '' and ARGV[3] ~= present then return { 'changed', '0', answer(r, now), last } end
local fence = int(math.max(r.fence + 1, now))
redis.call('HSET', KEYS[1], 'fence', fence, 'until', int(now + ARGV[1]), 'holder', ARGV[2])
if not r.value then keepStub(KEYS[1]) end
return { 'taken', fence, answer(r, now), last }
`);

/** KEYS record. ARGV key, fence, channel. Returns 1 or 0, and why nobody was told. */
export const giveBackScript = script(`
local r = fetch(KEYS[1])
if int(r.fence) ~= ARGV[2] or r.leased == 0 then return { 0, '' } end
redis.call('HSET', KEYS[1], 'until', '0')
return { 1, publish(ARGV[3], ARGV[1]) }
`);

/**
 * KEYS record, list by key, list by expiry. ARGV key, value, expires or '', expected version, fence or
 * '', '1' to keep the lease, write id, channel, '1' to keep the age. Returns the record, and why nobody was
 * told. The record comes last, so that a command that the user may not use leaves at most a list entry.
 */
export const writeScript = script(`
local r, now = fetch(KEYS[1]), clock()
if r.value and r.write == ARGV[7] then return answer(r, now) end
local present = r.value and int(r.version) or '0'
if present ~= ARGV[4] then return false end
if ARGV[5] ~= '' and tonumber(ARGV[5]) < r.fence then return false end
unlist(KEYS[2], KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1] .. '\\0' .. ARGV[3])
if ARGV[3] ~= '' then redis.call('ZADD', KEYS[3], 0, dated(ARGV[3], ARGV[1])) end
redis.call('PERSIST', KEYS[1])
local version = int(r.version + 1)
if ARGV[9] == '' or not r.value then r.written = now end
local fields = { 'value', ARGV[2], 'version', version, 'expires', ARGV[3], 'written', int(r.written),
  'write', ARGV[7] }
if ARGV[5] ~= '' then
  fields[11], fields[12] = 'fence', ARGV[5]
  if ARGV[6] == '' then fields[13], fields[14] = 'until', '0' end
end
redis.call('HSET', KEYS[1], unpack(fields))
return { ARGV[2], version, ARGV[3], age(r, now), publish(ARGV[8], ARGV[1]) }
`);

/** KEYS record, list by key, list by expiry. ARGV key, channel. Returns 1 or 0, and why nobody was told. */
export const removeScript = script(`
local r = fetch(KEYS[1])
unlist(KEYS[2], KEYS[3], ARGV[1])
if not r.value then return { 0, '' } end
redis.call('HDEL', KEYS[1], 'value', 'expires', 'written', 'write')
keepStub(KEYS[1])
return { 1, publish(ARGV[2], ARGV[1]) }
`);

/** KEYS list by key. ARGV prefix, limit, last key or ''. Returns members `<key>\0<expires>`. */
export const listByKeyScript = script(`
local from = '[' .. ARGV[1]
if ARGV[3] ~= '' then from = '(' .. ARGV[3] .. '\\0\\255' end
return redis.call('ZRANGEBYLEX', KEYS[1], from, '(' .. ARGV[1] .. '\\255', 'LIMIT', 0, ARGV[2])
`);

/**
 * KEYS list by expiry. ARGV prefix, limit, expiring before, expiry of the last key or '', last key.
 * Returns the last member looked at, or '' at the end, followed by the members found. Looks at 2000 at
 * most, so that a page never blocks the server for long.
 */
export const listByExpiryScript = script(`
local from, found, seen, last = '-', { '' }, 0, ''
if ARGV[4] ~= '' then from = '(' .. dated(ARGV[4], ARGV[5]) end
local before = '(' .. dated(ARGV[3], '')
while seen < 2000 do
  local batch = redis.call('ZRANGEBYLEX', KEYS[1], from, before, 'LIMIT', 0, 200)
  if #batch == 0 then return found end
  for _, member in ipairs(batch) do
    if #found > tonumber(ARGV[2]) then found[1] = last; return found end
    last = member
    if string.sub(member, 17, 16 + #ARGV[1]) == ARGV[1] then found[#found + 1] = member end
  end
  seen, from = seen + #batch, '(' .. last
end
found[1] = last
return found
`);

/** KEYS claim. ARGV token, leaseMs, how long the token is kept after that. */
export const claimScript = script(`
local c, now = redis.call('HMGET', KEYS[1], 'token', 'until', 'done'), clock()
if tonumber(c[2] or 0) > now then
  if c[3] then return 'done' end
  if c[1] ~= ARGV[1] then return 'busy' end
end
redis.call('HDEL', KEYS[1], 'done')
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'until', int(now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], int(ARGV[2] + ARGV[3]))
return 'claimed'
`);

/** KEYS claim. ARGV token, keepMs. */
export const confirmScript = script(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'done', '1', 'until', int(clock() + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);

/** KEYS claim. ARGV token. */
export const releaseScript = script(`
local c = redis.call('HMGET', KEYS[1], 'token', 'done')
if c[1] ~= ARGV[1] or c[2] then return 0 end
return redis.call('DEL', KEYS[1])
`);
