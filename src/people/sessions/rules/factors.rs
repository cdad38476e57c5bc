//! What privileged duties wait for at sign-in.

use crate::base::person::Withholding;
use crate::people::sessions::model::FactorPolicy;

/// What privileged duties wait for; `factor` says whether the member has a second factor, and whether a code of it was given
/// in this session. A code comes before the password: whoever knows the password alone changes nothing.
pub fn withholding(
    policy: FactorPolicy,
    has_short_password: bool,
    (has_factor, was_given): (bool, bool),
) -> Option<Withholding> {
    match policy {
        FactorPolicy::Offered | FactorPolicy::Required if has_factor && !was_given => Some(Withholding::CodeMissing),
        _ if has_short_password => Some(Withholding::ShortPassword),
        FactorPolicy::Required if !has_factor => Some(Withholding::FactorMissing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_wait_for_a_code_then_for_a_password_then_for_a_factor() {
        use FactorPolicy::*;
        use Withholding::*;
        for (policy, is_short, factor, because) in [
            (Off, false, (false, false), None),
            (Off, false, (true, false), None),
            (Off, true, (true, false), Some(ShortPassword)),
            (Offered, false, (false, false), None),
            (Offered, false, (true, false), Some(CodeMissing)),
            (Offered, true, (true, false), Some(CodeMissing)),
            (Offered, true, (true, true), Some(ShortPassword)),
            (Offered, false, (true, true), None),
            (Required, false, (false, false), Some(FactorMissing)),
            (Required, true, (false, false), Some(ShortPassword)),
            (Required, false, (true, false), Some(CodeMissing)),
            (Required, false, (true, true), None),
        ] {
            assert_eq!(withholding(policy, is_short, factor), because, "{policy:?} {is_short} {factor:?}");
        }
    }
}
