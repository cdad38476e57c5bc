//! Tables of the wing `honour`.

// points

diesel::table! {
    point_rules (rule, version) {
        rule -> Text,
        version -> Integer,
        name -> Text,
        dimension -> Text,
        points -> Integer,
        cap_day -> Nullable<Integer>,
        cap_week -> Nullable<Integer>,
        cap_month -> Nullable<Integer>,
        cap_year -> Nullable<Integer>,
        effective_on -> Date,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}
