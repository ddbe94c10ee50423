// @generated automatically by Diesel CLI.

diesel::table! {
    callers (service) {
        service -> Text,
        digest -> Binary,
        hint -> Text,
        added_at -> BigInt,
        renewed_at -> BigInt,
        former_digest -> Nullable<Binary>,
        former_hint -> Nullable<Text>,
        former_ends_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    daily_uses (user_id, day) {
        user_id -> Text,
        day -> BigInt,
        counts -> Text,
    }
}

diesel::table! {
    events (number) {
        number -> BigInt,
        hash -> Binary,
        at -> BigInt,
        kind -> Text,
        person_id -> Nullable<Text>,
        actor_id -> Nullable<Text>,
        token_id -> Nullable<Text>,
        detail -> Text,
        address -> Nullable<Text>,
        agent -> Text,
    }
}

diesel::table! {
    feed (id) {
        id -> BigInt,
        value -> Nullable<Binary>,
        person_id -> Nullable<Text>,
    }
}

diesel::table! {
    former_events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        person_id -> Nullable<Text>,
        actor_id -> Nullable<Text>,
        token_id -> Nullable<Text>,
        detail -> Text,
        address -> Nullable<Text>,
        agent -> Text,
    }
}

diesel::table! {
    former_secrets (digest) {
        digest -> Binary,
        token_id -> Text,
        hint -> Text,
        ends_at -> BigInt,
        used_at -> Nullable<BigInt>,
        used_address -> Nullable<Text>,
        used_agent -> Nullable<Text>,
    }
}

diesel::table! {
    former_uses (token_id) {
        token_id -> Text,
        user_id -> Text,
        used_at -> BigInt,
        used_address -> Nullable<Text>,
        used_agent -> Nullable<Text>,
    }
}

diesel::table! {
    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Text,
        linked_at -> BigInt,
    }
}

diesel::table! {
    keys (name) {
        name -> Text,
        value -> Binary,
    }
}

diesel::table! {
    memberships (user_id, team) {
        user_id -> Text,
        team -> Text,
        joined_at -> BigInt,
    }
}

diesel::table! {
    nonces (nonce) {
        nonce -> Text,
        used_at -> BigInt,
        token_id -> Nullable<Text>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        credential_id -> Binary,
        credential -> Text,
        added_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    password_links (digest) {
        digest -> Binary,
        user_id -> Text,
        ends_at -> BigInt,
        origin -> Text,
    }
}

diesel::table! {
    recovery_codes (digest) {
        digest -> Binary,
        user_id -> Text,
    }
}

diesel::table! {
    refused_calls (token_id) {
        token_id -> Text,
        last_at -> BigInt,
        calls -> Text,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> Text,
        totp_key -> Binary,
        added_at -> BigInt,
        last_step -> BigInt,
    }
}

diesel::table! {
    sessions (digest) {
        digest -> Binary,
        user_id -> Text,
        state -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
        id -> Text,
        address -> Nullable<Text>,
        agent -> Text,
    }
}

diesel::table! {
    sinks (name) {
        name -> Text,
        number -> BigInt,
        holder -> Text,
        held_until -> BigInt,
        hash -> Nullable<Binary>,
    }
}

diesel::table! {
    throttles (name) {
        name -> Text,
        tries -> BigInt,
        since -> BigInt,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        digest -> Binary,
        hint -> Text,
        grants -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        created_by -> Nullable<Text>,
        description -> Text,
        networks -> Text,
        renewed_at -> BigInt,
        changed_at -> BigInt,
        unused_days -> Nullable<BigInt>,
        paused_at -> Nullable<BigInt>,
        per_minute -> Nullable<BigInt>,
        search_text -> Text,
    }
}

diesel::table! {
    turns (name) {
        name -> Text,
    }
}

diesel::table! {
    uses (user_id) {
        user_id -> Text,
        day -> BigInt,
        body -> Binary,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        name -> Text,
        display_name -> Text,
        email -> Nullable<Text>,
        role -> Text,
        password -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        zone -> Nullable<Text>,
        theme -> Nullable<Text>,
        dates -> Nullable<Text>,
        owned_by -> Nullable<Text>,
    }
}

diesel::joinable!(daily_uses -> users (user_id));
diesel::joinable!(former_secrets -> tokens (token_id));
diesel::joinable!(identities -> users (user_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(passkeys -> users (user_id));
diesel::joinable!(password_links -> users (user_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(refused_calls -> tokens (token_id));
diesel::joinable!(second_factors -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(uses -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    callers,
    daily_uses,
    events,
    feed,
    former_events,
    former_secrets,
    former_uses,
    identities,
    keys,
    memberships,
    nonces,
    passkeys,
    password_links,
    recovery_codes,
    refused_calls,
    second_factors,
    sessions,
    sinks,
    throttles,
    tokens,
    turns,
    users,
    uses,
);
