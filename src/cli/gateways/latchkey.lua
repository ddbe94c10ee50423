-- File 2 of 2: /etc/haproxy/latchkey.lua
-- http-request lua.latchkey ADDRESS SERVICE: may this request pass? HAProxy 2.6 or newer, built with Lua as Debian's is.

local identity = {
    "remote-user", "remote-name", "remote-email", "remote-groups", "x-auth-request-user", "x-auth-request-email",
    "x-token-id", "x-token-name", "x-token-access", "x-token-expires", "x-token-expires-soon",
}
local told = { "ratelimit", "ratelimit-policy", "x-token-expires-soon" }
local relayed = {
    "www-authenticate", "content-type", "cache-control", "retry-after", "ratelimit", "ratelimit-policy",
}

-- HAProxy counts the values of a header from 0, what it takes from 1.
local function values(headers, name)
    local all, found = {}, headers[name] or {}
    for at = 0, #found do all[at + 1] = found[at] end
    return all
end

core.register_action("latchkey", { "http-req" }, function(txn, address, service)
    local asked = txn.http:req_get_headers()
    local question = {
        ["host"] = { address },
        ["x-original-method"] = { txn.f:method() },
        ["x-original-uri"] = { txn.f:pathq() },
        ["x-forwarded-for"] = { txn.f:src() },
    }
    if asked["authorization"] then question["authorization"] = values(asked, "authorization") end
    -- Left out, HAProxy would say its own name.
    question["user-agent"] = { values(asked, "user-agent")[1] or "" }

    -- Waits without holding anything up. The client's body stays where it is. HAProxy's client asks up to four times:
    -- all in all that is 5 s for a Latchkey that hangs.
    local answer = core.httpclient():get({
        url = "http://" .. address .. "/verify?service=" .. service,
        headers = question,
        timeout = 1250,
    })

    if answer.status == 200 then
        for _, name in ipairs(identity) do
            -- Without Latchkey's word on each this is an error, and nothing passes.
            txn.http:req_set_header(name, values(answer.headers, name)[1])
        end
        for _, name in ipairs(told) do
            local value = values(answer.headers, name)[1]
            if value and value ~= "" then txn:set_var("txn." .. name:gsub("-", "_"), value) end
        end
        txn:set_var("txn.latchkey", "allowed")
    elseif answer.status >= 400 and answer.status < 500 then
        local reply = txn:reply({ status = answer.status, body = answer.body })
        for _, name in ipairs(relayed) do
            for _, value in ipairs(values(answer.headers, name)) do reply:add_header(name, value) end
        end
        txn:done(reply)
    end
end, 2)
