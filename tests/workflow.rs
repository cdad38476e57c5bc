//! Every workflow of the house: its table is walked from end to end.

use std::fmt::Debug;

use xianfeng::base::workflow::Flow;
use xianfeng::ideas;

/// Each stage is reached, each verb applies somewhere and is refused everywhere else.
fn walk<S, V, W>(name: &str, flow: &Flow<S, V, W>, stages: &[S], verbs: &[V])
where
    S: Copy + PartialEq + Debug,
    V: Copy + PartialEq + Debug,
{
    assert_eq!(flow.flaws(stages, verbs), Vec::<String>::new(), "{name}");
    let mut allowed = 0;
    for stage in stages {
        for verb in verbs {
            let listed = flow.steps.iter().filter(|step| step.from == *stage && step.verb == *verb).count();
            assert_eq!(flow.step(*stage, *verb).is_some(), listed == 1, "{name}: {verb:?} in {stage:?}");
            allowed += listed;
        }
    }
    assert_eq!(allowed, flow.steps.len(), "{name}: a line speaks of an unknown stage or verb");
}

#[test]
fn every_stage_is_reached_and_every_verb_refused_elsewhere() {
    walk("ideas", &ideas::FLOW, ideas::Stage::EACH, ideas::Verb::EACH);
}
