/// Every kind of layer. To add one: write its file beside this one, add its row, and describe it in
/// docs/model-file.md. `output` is no layer: it names what the reader of the network sees.
var layerKinds: [LayerKind] {
  [
    inputKind, convolutionKind, transposedConvolutionKind, denseKind, attentionKind, bandsKind,
    layerNormKind, rmsNormKind, runningNormKind, unitNormKind, concatKind, sliceKind, cropKind,
    padKind, shuffleKind, reshapeKind, transposeKind, upsampleKind, preluKind, softmaxKind,
  ] + recurrentKinds + poolKinds + combineKinds + functionKinds
}
