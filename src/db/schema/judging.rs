//! Tables of the wing `judging`.

// brands

diesel::table! {
    brands (id) {
        id -> Binary,
        unit_id -> Binary,
        name -> Text,
        summary -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        measures -> Text,
        experience -> Text,
        figures -> Text,
        keywords -> Text,
        picture_id -> Nullable<Binary>,
        parent_id -> Nullable<Binary>,
    }
}

// campaigns

diesel::table! {
    campaigns (id) {
        id -> Binary,
        title -> Text,
        unit_id -> Binary,
        state -> Text,
        terms -> Text,
        frozen -> Nullable<Text>,
        frozen_sha256 -> Nullable<Text>,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        announced_at -> Nullable<BigInt>,
        opened_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        published_at -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_stages (campaign_id, stage) {
        campaign_id -> Binary,
        stage -> Text,
        position -> Integer,
        state -> Text,
        opens_at -> BigInt,
        closes_at -> BigInt,
        opened_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_extensions (id) {
        id -> Binary,
        campaign_id -> Binary,
        stage -> Text,
        closed_before -> BigInt,
        closes_at -> BigInt,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_cancellations (campaign_id) {
        campaign_id -> Binary,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
        erased_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_rolls (campaign_id) {
        campaign_id -> Binary,
        lines -> Binary,
    }
}

diesel::table! {
    campaign_entries (id) {
        id -> Binary,
        campaign_id -> Binary,
        unit_id -> Binary,
        category -> Text,
        title -> Text,
        owner_id -> Binary,
        state -> Text,
        version -> Integer,
        late -> Bool,
        judged_version -> Nullable<Integer>,
        number -> Nullable<Integer>,
        on_ballot -> Bool,
        exempt -> Text,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        submitted_at -> Nullable<BigInt>,
        by_member -> Bool,
    }
}

diesel::table! {
    campaign_entry_versions (entry_id, version) {
        entry_id -> Binary,
        version -> Integer,
        plan -> Text,
        edited_by -> Binary,
        created_at -> BigInt,
        owner_id -> Nullable<Binary>,
    }
}

diesel::table! {
    campaign_articles (entry_id) {
        entry_id -> Binary,
        title -> Text,
        body -> Text,
        published_by -> Binary,
        published_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    campaign_article_views (entry_id, member_id) {
        entry_id -> Binary,
        member_id -> Binary,
        seen_at -> BigInt,
    }
}

diesel::table! {
    campaign_ballots (campaign_id, member_id, period) {
        campaign_id -> Binary,
        member_id -> Binary,
        period -> Integer,
        sealed -> Binary,
        cast_at -> BigInt,
    }
}

diesel::table! {
    campaign_slips (campaign_id, slip_key) {
        campaign_id -> Binary,
        slip_key -> Binary,
        choices -> Binary,
    }
}

diesel::table! {
    campaign_tallies (campaign_id) {
        campaign_id -> Binary,
        electorate -> Integer,
        voters -> Integer,
        ballots_cast -> Integer,
        ballots_counted -> Integer,
        totals -> Text,
        receipts -> Text,
        receipts_sha256 -> Text,
        counted_at -> BigInt,
    }
}

diesel::table! {
    campaign_scores (entry_id, source, judge_id) {
        entry_id -> Binary,
        source -> Text,
        judge_id -> Binary,
        campaign_id -> Binary,
        scored_by -> Binary,
        marks -> Text,
        total -> Integer,
        scored_at -> BigInt,
    }
}

diesel::table! {
    campaign_voidings (id) {
        id -> Binary,
        campaign_id -> Binary,
        member_id -> Binary,
        period -> Integer,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
        flag -> Nullable<Text>,
    }
}

diesel::table! {
    campaign_seals (campaign_id) {
        campaign_id -> Binary,
        key_check -> Binary,
        key_source -> Text,
        key_destroyed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_flag_checks (campaign_id) {
        campaign_id -> Binary,
        flags -> Integer,
        checked_at -> BigInt,
        counts_from -> BigInt,
    }
}

diesel::table! {
    campaign_flag_looks (campaign_id, member_id) {
        campaign_id -> Binary,
        member_id -> Binary,
        looked_at -> BigInt,
    }
}

diesel::table! {
    campaign_rewards (campaign_id) {
        campaign_id -> Binary,
        through -> Nullable<Binary>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_decisions (campaign_id, version) {
        campaign_id -> Binary,
        version -> Integer,
        lines -> Text,
        left_out -> Text,
        reason -> Nullable<Text>,
        decided_by -> Binary,
        decided_at -> BigInt,
    }
}

diesel::table! {
    campaign_objections (id) {
        id -> Binary,
        campaign_id -> Binary,
        entry_id -> Binary,
        decision_version -> Integer,
        member_id -> Binary,
        text -> Text,
        raised_at -> BigInt,
        upheld -> Nullable<Bool>,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_awards (entry_id) {
        entry_id -> Binary,
        campaign_id -> Binary,
        unit_id -> Binary,
        unit_name -> Text,
        heading -> Text,
        heading_title -> Text,
        heading_position -> Integer,
        place -> Integer,
        shared -> Bool,
        title -> Text,
        decision_version -> Integer,
        awarded_on -> Date,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    campaigns,
    campaign_stages,
    campaign_extensions,
    campaign_cancellations,
    campaign_rolls,
    campaign_entries,
    campaign_entry_versions,
    campaign_articles,
    campaign_article_views,
    campaign_ballots,
    campaign_slips,
    campaign_tallies,
    campaign_scores,
    campaign_voidings,
    campaign_seals,
    campaign_flag_checks,
    campaign_flag_looks,
    campaign_rewards,
    campaign_decisions,
    campaign_objections,
    campaign_awards
);
