//! How rooms bring their kinds of notices, and the two that every room may use.

/// Adds kinds of notices, each with how it leaves the house: `notice_kinds! { /// … IDEA = "idea" / "金点子": AT_ONCE }`.
#[macro_export]
macro_rules! notice_kinds {
    ($($(#[doc = $doc:literal])+ $constant:ident = $word:literal / $chinese:literal: $terms:ident),+ $(,)?) => {
        impl $crate::ground::notices::NoticeKind {
            $($(#[doc = $doc])+ pub const $constant: $crate::ground::notices::NoticeKind =
                $crate::ground::notices::NoticeKind::declared($word);)+
        }

        $(const _: () = {
            #[linkme::distributed_slice($crate::ground::notices::NOTICE_KINDS)]
            static LABEL: $crate::base::words::Label = $crate::base::words::Label { word: $word, chinese: $chinese };

            #[linkme::distributed_slice($crate::ground::notices::KIND_TERMS)]
            static TERMS: $crate::ground::notices::KindTerms = $crate::ground::notices::KindTerms {
                kind: $word,
                ..$crate::ground::notices::KindTerms::$terms
            };
        };)+
    };
}

notice_kinds! {
    /// Something happened to the account.
    SECURITY = "security" / "账号安全": SECURITY,
    /// Something to answer, or a result, was published.
    PUBLISHED = "published" / "新发布": DIGEST,
}
