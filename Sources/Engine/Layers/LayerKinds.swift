/// Every kind of layer. To add one: write its file beside this one, add its row, and describe it in
/// docs/model-file.md. `output` is no layer: it names what the reader of the network sees.
var layerKinds: [LayerKind] {
  [
    inputKind, convolutionKind, transposedConvolutionKind, denseKind, gruKind, layerNormKind,
    runningNormKind, bandsKind, concatKind, sliceKind, cropKind, padKind,
  ] + combineKinds + functionKinds
}
