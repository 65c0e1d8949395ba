"""Words of English prose that look like misspellings of others and aren't, and words that part titles which lack them.

There is no dictionary here: of all words only those matter that one slip makes another word of (see `spelling`). They
were gathered by hand from what scientific abstracts use; a pair that is missing costs a false merge where the year and
the authors agree, or nothing else is known; a word that is here in vain costs a merge.
"""

from __future__ import annotations


def _pairs(text: str) -> frozenset[frozenset[str]]:
    """Pairs of words such as `form/from`, and those of their plurals."""
    pairs = [pair.split("/") for pair in text.split()]
    return frozenset(frozenset(f"{word}{ending}" for word in pair) for pair in pairs for ending in ("", "s"))


CONFUSABLE = _pairs(
    """
    adapted/adopted adapting/adopting adaption/adoption adaptive/adoptive adding/aiding aesthetic/anesthetic
    altitude/attitude analyses/analysts analysis/analysts angels/angles angular/annular appealing/appearing
    areas/arenas arteritis/arthritis artistic/autistic backward/backyard based/biased bases/biases bedside/beside
    bending/binding bending/blending bleeding/blending bleeding/breeding blended/blinded blockades/blockages
    bonds/bounds brain/brian braking/breaking bridging/bringing buffering/buffeting calling/culling calm/clam
    camber/chamber caption/caution carve/crave cases/causes casual/causal casually/causally certainly/certainty
    chances/changes changed/charged choking/cooking choose/chose clarify/clarity cleaned/cleared
    cleaned/cleaved clones/cones cloning/closing clustered/cluttered coarses/courses codecs/codes
    coevolution/convolution coma/comma compete/complete competes/computes competing/completing competing/computing
    complaint/compliant complement/compliment complementarity/complimentarity complementary/complimentary
    completes/complexes concepts/concerts concert/convert confirm/conform confirmation/conformation
    confirming/conforming connection/convection connective/convective consent/content constrains/constraints
    constriction/construction contact/contract contacted/contracted contacting/contracting contention/convention
    contents/contests contents/contexts contests/contexts contiguous/continuous continent/contingent
    contracting/contrasting contractive/contrastive contracts/contrasts convection/convention converged/converted
    converging/converting convert/covert cooking/cooling counties/countries country/county course/curse
    creased/created cytisine/cytosine dairy/diary decades/decides decades/decodes decent/descent decided/decoded
    decides/decodes deciding/decoding defection/detection defective/detective defects/detects defending/depending
    dejection/detection deletion/depletion denoted/devoted deprivation/derivation deprived/derived derive/drive
    deriving/driving desert/dessert devices/devises diner/dinner displaced/displayed displacing/displaying
    diversify/diversity diving/driving doing/dosing drafting/drifting egocentric/exocentric either/ether
    enduring/ensuring ensuing/ensuring evacuation/evaluation excels/excess exert/expert expansive/expensive
    expensive/extensive extends/extents faces/facets faces/faeces facets/facts faculty/faulty failing/falling
    falling/filling farmed/framed farming/forming farming/framing farther/further feeding/feeling fight/flight
    files/flies finding/funding finer/finger fired/fried fonts/fronts forcing/forming form/from fraction/friction
    fractional/frictional gained/grained generic/genetic genes/genres healing/hearing healing/heating
    hearing/heating hemophiliac/hemophilic human/humane identifies/identities identify/identity
    incubation/intubation indeed/indexed indices/induces indicing/inducing infected/injected infecting/injecting
    infection/inflection infection/injection infections/infectious infects/injects infects/insects inferior/interior
    ingested/invested inhabiting/inhibiting injects/insects insect/inspect insects/inserts inserted/inverted
    inserting/inverting intension/intention intention/invention internal/interval inverted/invested joins/joints
    lacking/locking lagging/logging lasting/listing later/latter lateral/literal launch/lunch laying/lying
    leading/leaving leading/loading lesion/lesson lifting/listing lighting/lightning lineage/linkage lining/linking
    lion/loin locking/looking loseless/lossless maker/marker making/marking making/masking marital/martial
    marking/masking master/matter material/maternal mediated/medicated mediated/meditated mediation/medication
    mediation/meditation medication/meditation meeting/melting mental/metal mirnas/mrnas mistral/mitral
    mistral/mixtral mitral/mixtral mobility/motility models/modes modules/modulus money/monkey moral/morale
    morality/mortality moves/movies naive/native naively/natively neural/neutral noises/noses nothing/noting
    oncological/ontological oncology/ontology optical/optimal optically/optimally overlay/overly paced/packed
    paced/placed pacing/packing pacing/placing pages/phages painting/pointing palate/plate papular/popular
    parity/party parsing/passing partly/party patching/pitching patent/patient pearson/person perception/perceptron
    personas/persons phase/phrase phonophobia/photophobia placing/playing planet/plant planform/platform
    planing/planning plans/plants pointed/printed pointing/printing position/positron precise/premise
    precision/prevision present/prevent presented/prevented presenting/preventing primate/private probable/provable
    probably/provably probing/proving project/protect projected/protected projecting/protecting
    projection/protection projective/protective promoted/prompted promoting/prompting properly/property
    prostate/prostrate qualify/quality quantifies/quantities quantify/quantity quantitation/quantization
    radial/radical raises/rises raising/rising ranging/ranking raster/rater rater/rather reached/reacted
    reaching/reacting readers/renders reading/rending regarded/retarded regarded/rewarded regarding/rewarding
    regards/rewards regimens/regimes regression/repression rejected/resected rejection/resection related/relaxed
    relating/relaxing remained/retained remaining/retaining remains/retains replay/reply replicases/replicates
    reside/residue resolution/revolution resolving/revolving restrained/retrained retaining/retraining
    retarded/rewarded robots/roots rooted/routed sacred/scared sales/scales salt/slat sampler/simpler
    scanning/spanning scoring/storing section/suction seeding/seeing seeding/seeking seeding/speeding seeds/speeds
    seeing/seeking setting/sitting shaping/sharing sharing/shearing shopping/stopping showing/slowing sides/slides
    sight/slight signs/sings silver/sliver simulate/stimulate simulated/stimulated simulating/stimulating
    simulation/stimulation simulator/stimulator sirnas/srnas sites/suites slicing/sliding slicing/splicing
    spanning/spinning spare/sparse spelling/swelling spilt/split splatting/splitting sports/spots stacking/stalking
    staging/stating stain/strain staining/straining stand/strand started/stated starting/stating
    stationary/stationery statue/statute stepped/stopped stepping/stopping sting/string stitching/switching
    stokes/strokes stores/stories storing/string tables/tablets tabular/tubular tabulation/tubulation taking/talking
    taking/tasking talking/tasking taming/teaming taping/tapping tends/trends testbed/tested textual/textural
    there/three thinker/thinner thorough/through threat/treat throughout/throughput thrust/trust ticks/tricks
    tiling/tilling tired/tried topical/tropical topical/typical topological/typological topology/typology
    traceable/tractable tracing/tracking tracing/trading trail/trial trailing/training trains/trans tuned/turned
    tuning/turning turing/turning united/untied vehicle/vesicle vertical/vortical vertices/vortices viral/virial
    waiting/wasting waiting/writing warming/warning warming/warping warning/warping washing/wasting weakly/weekly
    weaning/weanling weighed/weighted weighing/weighting words/worlds
    """
)
"""Pairs of words; neither is the other misspelt."""

ABBREVIATED = {
    "assoc": "association", "conf": "conference", "dept": "department", "govt": "government", "intl": "international",
    "mgmt": "management", "natl": "national", "univ": "university", "vs": "versus",
}  # fmt: skip
"""Words as exports shorten them."""

OPPOSITES = (
    ("ab", "ad"), ("ante", "anti"), ("endo", "ento"), ("intra", "intro"), ("macro", "micro"), ("para", "peri"),
    ("per", "pre"), ("per", "pro"), ("pre", "pro"),
)  # fmt: skip
"""Beginnings that are more than a slip apart in meaning."""

TELLING = frozenset(
    # Negations.
    "against anti cannot counter deny hardly never none nonlinear pseudo without"
    # Of learning and of models.
    " adversarial autoregressive base blind cross dense diffusion discriminative distilled dual finite fixed free frozen"
    " generalized generative hard infinite less linear many mixed multi online offline pretrained private public quantized"
    " self semi shot single soft sparse supervised tiny tuned unsupervised weak weakly zero"
    # Of size, time and place.
    " above acute adult adults after anterior before below beyond big bilateral central chronic closed deep distal double"
    " dynamic early elderly external fast female first global half high higher inferior inner inter internal intra large"
    " last late left less light local long lower male micro mini most nano near next open outer part partial partially"
    " past peripheral posterior post pre primary proximal quarter quasi rapid recurrent remote revised right secondary"
    " severe short slow small static strong strongly superior third triple under upper"
    # Of what was done and found.
    " findings result results robust super".split()
)
"""Words of which a title that has one more is another paper: they turn a thing into its counterpart."""

SEQUELS = frozenset(
    "addendum appendix comment continuation continued corrected correction discussion erratum preliminary protocol"
    " protocols reconsidered reexamined rejoinder reloaded reply response rethinking rethought retracted revisited sequel"
    " supplement supplementary update updated".split()
)
"""Words behind a title that say that it is another paper on the same."""
