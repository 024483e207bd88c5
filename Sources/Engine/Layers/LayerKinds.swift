/// Every kind of layer; docs/engine.md says how to add one. `output` is no layer: it names what the
/// reader of the network sees.
var layerKinds: [LayerKind] {
  [
    inputKind, convolutionKind, transposedConvolutionKind, denseKind, attentionKind, bandsKind,
    layerNormKind, rmsNormKind, runningNormKind, unitNormKind, concatKind, sliceKind, cropKind,
    padKind, shuffleKind, reshapeKind, transposeKind, upsampleKind, preluKind, softmaxKind,
  ] + recurrentKinds + poolKinds + combineKinds + functionKinds
}
